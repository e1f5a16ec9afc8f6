// Recipes and studies that travel inside the command, so that `gradus reproduce KEY` works from any folder.
//
//   Config recipe = library_config("methods/post_eval.toml");
//   for (const MethodRow& row : method_table()) ...
#pragma once

#include <string>
#include <vector>

#include "gradus/base/config.h"

namespace gradus {

bool in_library(const std::string& file);
Config library_config(const std::string& file);  // throws where there is no such file
Config open_config(const std::string& path);     // the file on disk, else the one in the library

struct MethodRow {
  int number = 0;
  std::string key, system, rooms;
};

std::vector<MethodRow> method_table();  // methods/systems.tsv

// Functions of the authors' own code that the operators agree with, and cases of these: methods/verified.tsv,
// which scripts/make_verified_table.py writes from what `gradus verify` finds.
struct VerifiedRow {
  size_t functions = 0, cases = 0;
};

VerifiedRow verified_row(const std::string& key);

}  // namespace gradus
