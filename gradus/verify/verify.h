// Runs our operators on golden files and counts what agrees.
//
//   VerifyReport report = verify({"../shared/golden"}, "");
//   for (const FunctionResult& f : report.functions) { f.method; f.function; f.passed; f.total; f.worst; }
#pragma once

#include <string>
#include <vector>

namespace gradus {

struct FunctionResult {
  std::string method, function;
  bool claimed = true;  // an adapter takes it
  size_t passed = 0, total = 0;
  double worst = 0;                 // largest absolute error
  std::vector<std::string> failed;  // "FILE, case NAME: what differs", the first few
};

struct VerifyReport {
  std::vector<FunctionResult> functions;  // by method and function, in order of appearance
  bool clean() const;                     // every claimed function agrees in full
  size_t unclaimed() const;
};

// Folders stand for the *.json files in them.
std::vector<std::string> golden_files(const std::vector<std::string>& paths);

// Checks every file. `data`: folder of real data; empty: "data" beside the folder of each golden file. Throws
// Error::input for a file that cannot be read.
VerifyReport verify(const std::vector<std::string>& paths, const std::string& data);

}  // namespace gradus
