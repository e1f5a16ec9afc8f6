// A source file in C++ or Python that can be edited as a person edits, and that knows where everything is.
//
//   EditedSource source(SourceLanguage::python, random);
//   const size_t target = source.pick(random);
//   source.edit(target, random);                    // leaves the target's own name and first lines alone
//   const std::string text = source.text();
//   const int64_t line = source.line_of(target);    // of its first line, from 0
#pragma once

#include <string>
#include <vector>

#include "gradus/base/random.h"

namespace gradus {

enum class SourceLanguage { cpp, python };

class EditedSource {
 public:
  EditedSource(SourceLanguage language, Stream& random);

  size_t pick(Stream& random) const;  // a function
  size_t called() const;              // a free function that another one calls
  void edit(size_t target, Stream& random);

  std::string text() const;
  int64_t line_of(size_t function) const;
  std::string name_of(size_t function) const;
  std::string container_of(size_t function) const;    // the class; "": none
  std::string first_lines_of(size_t function) const;  // two, as they stand in the text

 private:
  struct Function {
    size_t id = 0;
    int container = -1;  // class, -1: none
    std::string name;
    size_t calls = 0;  // id of a free function
    int constant = 0;
    std::vector<std::string> above, body;  // lines in front, statements after the first
  };
  struct Line {
    std::string text;
    size_t function;  // whose first line it is, or kNone
  };

  std::vector<Line> lines() const;
  void add_function(const Function& function, std::vector<Line>& out) const;
  std::string comment(Stream& random) const;
  const Function& at(size_t id) const;
  void insert(Stream& random);
  void move(Stream& random);
  void rename(size_t target, Stream& random);

  SourceLanguage language_;
  std::vector<Function> functions_;  // in the order of the text within their container
  int renamed_ = 0;
};

}  // namespace gradus
