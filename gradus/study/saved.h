// Reads a results.json back: the file itself, or the folder of a study that holds one.
//
//   Json results = load_results("runs/clean_code");
#pragma once

#include <string>

#include "gradus/base/json.h"

namespace gradus {

// Checks that it is a document of schema gradus.study/1 with every key of docs/results-json.md; at most 1
// GiB.
Json load_results(const std::string& path);

}  // namespace gradus
