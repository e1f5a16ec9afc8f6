// What an expression of a C function says with more words than it needs: adding zero, double negation, truth
// values compared with zero, cases that cannot arise or equal each other.
//
//   ExpressionReader expressions(unit.text);
//   expressions.visit(cursor, line);          // every expression, with the line where its statement begins
//   expressions.declare("t0", value);         // every variable that is declared with a value
//   for (const CFinding& finding : expressions.findings(body)) ...   // when all is read
#pragma once

#include <clang-c/Index.h>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/tool/clang/c_flow.h"

namespace gradus {

class ExpressionReader {
 public:
  explicit ExpressionReader(std::string_view unit) : unit_(unit) {}

  void visit(CXCursor cursor, int line);
  void declare(const std::string& name, CXCursor value);

  // Whether a variable holds a truth value is certain only in straight functions and where it is written
  // once.
  std::vector<CFinding> findings(const CFunctionBody& body) const;

 private:
  // Truth of an expression: known, or as that of a variable.
  struct Truth {
    bool certain = false;
    std::string variable;
  };
  struct Named {
    std::string name;
    Truth truth;
  };

  Truth truth_of(CXCursor cursor) const;
  bool is_number(CXCursor cursor, std::string_view digits) const;
  bool is_negation(CXCursor cursor) const;
  bool pure(CXCursor cursor) const;
  std::string comparable_text(CXCursor cursor) const;
  void visit_binary(CXCursor cursor, int line);
  void visit_conditional(CXCursor cursor, int line);
  void add_if_truth(const Truth& truth, int line);

  std::string_view unit_;
  std::vector<CFinding> found_;
  std::vector<std::pair<std::string, int>> waiting_;  // redundant conditions on a variable, and their lines
  std::vector<Named> declared_;
};

}  // namespace gradus
