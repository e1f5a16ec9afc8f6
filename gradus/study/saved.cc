#include "gradus/study/saved.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gradus/base/error.h"

namespace gradus {

namespace {

constexpr uintmax_t kMaxBytes = uintmax_t{1} << 30;

}  // namespace

Json load_results(const std::string& path) {
  std::error_code code;
  const std::string file = std::filesystem::is_directory(path, code) ? path + "/results.json" : path;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error::input("cannot open the results").at(file).hint("'gradus study FILE' writes them");
  if (std::filesystem::file_size(file, code) > kMaxBytes) throw Error::input("larger than 1 GiB").at(file);
  std::stringstream text;
  text << in.rdbuf();
  Json document = Json::parse(text.str(), nullptr, false);
  if (document.is_discarded())
    throw Error::input("not valid JSON, or cut short").at(file).hint("run the study again");
  if (!document.is_object() || document.value("schema", Json()) != "gradus.study/1") {
    throw Error::input("not the results of a study").at(file).field("schema").expected("\"gradus.study/1\"");
  }
  for (const char* key : {"study", "arms", "metrics", "roles", "base", "neutrality", "rows", "curves",
                          "pareto", "goodhart", "verdict", "rollouts"}) {
    if (!document.contains(key)) throw Error::input("a key is missing").at(file).field(key);
  }
  return document;
}

}  // namespace gradus
