#include "gradus/study/library.h"

#include <filesystem>
#include <sstream>

#include "embedded/library_file.h"

#include "gradus/base/error.h"
#include "gradus/method/method.h"

namespace gradus {

namespace {

std::string_view text_of(const std::string& file) {
  const std::string_view method = method_text(file);
  return method.empty() ? library_file(file) : method;
}

// The rows of a table in the library, without its comments.
std::vector<std::vector<std::string>> table(const std::string& file) {
  std::istringstream lines{std::string(library_file(file))};
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream cells(line);
    rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, '\t');) rows.back().push_back(cell);
  }
  return rows;
}

}  // namespace

bool in_library(const std::string& file) {
  return !text_of(file).empty();
}

Config library_config(const std::string& file) {
  const std::string_view text = text_of(file);
  if (text.empty()) throw Error::input("there is no such file in the library").found(file);
  return Config::parse(std::string(text), file);
}

Config open_config(const std::string& path) {
  std::error_code code;
  if (!std::filesystem::exists(path, code) && in_library(path)) return library_config(path);
  return Config::load(path);
}

std::vector<MethodRow> method_table() {
  std::vector<MethodRow> rows;
  for (const std::vector<std::string>& cells : table("methods/systems.tsv")) {
    rows.push_back({std::stoi(cells.at(0)), cells.at(1), cells.at(2), cells.at(3)});
  }
  return rows;
}

VerifiedRow verified_row(const std::string& key) {
  for (const std::vector<std::string>& cells : table("methods/verified.tsv")) {
    if (cells.at(0) == key) return {std::stoul(cells.at(1)), std::stoul(cells.at(2))};
  }
  return {};
}

}  // namespace gradus
