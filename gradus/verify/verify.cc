#include "gradus/verify/verify.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/verify/adapter.h"
#include "gradus/verify/compare.h"
#include "gradus/verify/golden.h"

namespace gradus {

namespace fs = std::filesystem;

namespace {

constexpr size_t kFailuresShown = 5;

// "" when the case agrees.
std::string run_case(const Adapter& adapter, const GoldenCase& one, double tolerance,
                     const Verifying& verifying, double& worst) {
  const bool refused = one.expected.is_object() && one.expected.size() == 1 && one.expected.contains("error");
  try {
    const Verified verified = adapter(one.inputs, verifying);
    if (refused) return "got an answer, want a refusal: " + one.expected.at("error").dump();
    const Agreement agreement = compare(one.expected, verified.outputs, verified.where, tolerance);
    worst = std::max(worst, agreement.worst);
    return agreement.mismatch;
  } catch (const Error& error) {
    return refused ? "" : fmt::format("refused: {}", error.what());
  } catch (const std::exception& error) {  // of the JSON library, or a size that nothing can have
    return fmt::format("the inputs are not laid out as expected: {}", error.what());
  }
}

FunctionResult& result_of(VerifyReport& report, const GoldenSet& set) {
  for (FunctionResult& result : report.functions) {
    if (result.method == set.method && result.function == set.function) return result;
  }
  return report.functions.emplace_back(FunctionResult{.method = set.method, .function = set.function});
}

}  // namespace

std::vector<std::string> golden_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code failed;
    if (!fs::is_directory(path, failed)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == ".json") inside.push_back(entry.path().string());
    }
    if (inside.empty()) throw Error::input("the folder holds no golden files").at(path).expected("*.json");
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

bool VerifyReport::clean() const {
  return std::all_of(functions.begin(), functions.end(),
                     [](const FunctionResult& f) { return !f.claimed || f.passed == f.total; });
}

size_t VerifyReport::unclaimed() const {
  return static_cast<size_t>(
      std::count_if(functions.begin(), functions.end(), [](const FunctionResult& f) { return !f.claimed; }));
}

VerifyReport verify(const std::vector<std::string>& paths, const std::string& data) {
  VerifyReport report;
  for (const std::string& path : golden_files(paths)) {
    const std::string beside = (fs::absolute(path).parent_path().parent_path() / "data").string();
    const Verifying verifying{data.empty() ? beside : data};
    for (const GoldenSet& set : read_golden(path)) {
      FunctionResult& result = result_of(report, set);
      result.total += set.cases.size();
      const Adapter* const adapter = adapters().find(set.method, set.function);
      result.claimed = adapter != nullptr;
      if (!adapter) continue;
      for (const GoldenCase& one : set.cases) {
        const std::string differs = run_case(*adapter, one, set.tolerance, verifying, result.worst);
        result.passed += differs.empty();
        if (differs.empty() || result.failed.size() >= kFailuresShown) continue;
        result.failed.push_back(
            fmt::format("{}, case {}: {}", fs::path(path).filename().string(), one.name, differs));
      }
    }
  }
  return report;
}

}  // namespace gradus
