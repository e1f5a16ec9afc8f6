// Reads a results.json back: the file itself, or the folder of a study that holds one; and what `gradus eval
// --out` wrote.
//
//   Json results = load_results("runs/clean_code");
//   Json either = load_document("prmbench.json");       // of a study or of an evaluation
#pragma once

#include <string>

#include "gradus/base/json.h"

namespace gradus {

// Checks that it is a document of schema gradus.study/1 with every key of docs/results-json.md; at most 1
// GiB.
Json load_results(const std::string& path);

// The same, or a document of schema gradus.eval/1 with the keys of docs/eval-json.md that every benchmark
// has.
Json load_document(const std::string& path);

}  // namespace gradus
