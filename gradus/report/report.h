// The report of a study or of an evaluation: one HTML file that holds the page, its scripts and the results,
// and opens from disk. The page reads the schema of the document and shows the sections of that kind.
//
//   const Json results = Json::parse(text);                  // docs/results-json.md
//   write_report(results, "runs/clean_code/report.html");    // appears whole or not at all
//   write_report(benchmark.run(request), "prmbench.html");    // docs/eval-json.md
#pragma once

#include <string>

#include "gradus/base/json.h"
#include "gradus/report/verdict_table.h"  // the same answer for the terminal

namespace gradus {

// The page of web/dist/report.html with the results embedded; integers beyond 2^53 go in as text. No text of
// the results can end the element that holds them: every '<' is written as \u003c.
std::string render_report(const Json& results);

// Throws Error::outside where the file cannot be written; what stood at `path` before is then still there.
void write_report(const Json& results, const std::string& path);

}  // namespace gradus
