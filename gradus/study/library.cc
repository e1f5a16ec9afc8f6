#include "gradus/study/library.h"

#include <filesystem>
#include <sstream>

#include "embedded/library_file.h"

#include "gradus/base/error.h"

namespace gradus {

bool in_library(const std::string& file) {
  return !library_file(file).empty();
}

Config library_config(const std::string& file) {
  const std::string_view text = library_file(file);
  if (text.empty()) throw Error::input("there is no such file in the library").found(file);
  return Config::parse(std::string(text), file);
}

Config open_config(const std::string& path) {
  std::error_code code;
  if (!std::filesystem::exists(path, code) && in_library(path)) return library_config(path);
  return Config::load(path);
}

std::vector<MethodRow> method_table() {
  std::istringstream lines{std::string(library_file("recipes/methods.tsv"))};
  std::vector<MethodRow> rows;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream cells(line);
    MethodRow row;
    std::string number;
    std::getline(cells, number, '\t');
    std::getline(cells, row.key, '\t');
    std::getline(cells, row.system, '\t');
    std::getline(cells, row.rooms, '\t');
    row.number = std::stoi(number);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace gradus
