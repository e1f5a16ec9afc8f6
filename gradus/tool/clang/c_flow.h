// Straight-line data flow over the statements of one C function: dead stores, plain copies, duplicates,
// needless temporaries, unreachable code. Plain data in, findings out; the statements come from libclang
// (c_facts.cc).
//
//   CFunctionBody body;
//   body.statements = {{.line = 2, .reads = {"a"}, .writes = {"t"}, .text = "t = a"}, ...};
//   std::vector<CFinding> found = flow_findings(body);
#pragma once

#include <string>
#include <vector>

#include "gradus/tool/c_facts.h"

namespace gradus {

struct CStatement {
  int line = 0;
  bool declaration = false;
  bool returns = false;
  bool assignment = false;          // one plain `name = expression`
  bool itself = false;              // one whose expression is the name
  std::vector<std::string> reads;   // names read, before anything is written
  std::vector<std::string> writes;  // names of locals or parameters written
  std::string copies;               // declaration whose value is just this name
  std::string returned;             // a return of just this name
  std::string text;                 // with single spaces
};

struct CFunctionBody {
  bool straight = true;   // no branches, loops, nested blocks, labels, addresses taken or statics
  bool labelled = false;  // a return may be jumped over
  std::vector<CStatement> statements;
  std::vector<CFinding> findings;  // of expressions and names
};

std::vector<CFinding> flow_findings(const CFunctionBody& body);

}  // namespace gradus
