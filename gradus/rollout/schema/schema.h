// Published files of judged solutions, each read into the one record (solution.h) and written back.
//
//   const Schema& schema = schema_named("processbench");
//   RowReport report = read_solutions("gsm8k.json", schema, {}, [&](Solution&& solution) {   // one at a time
//     Json row = schema.write(solution);
//   });
//
// A schema has one file here: its fields, index base and quirks stand in its header comment. A row that does
// not fit is refused with file, line, field, what was found and what was expected.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradus/rollout/json_rows.h"
#include "gradus/rollout/solution.h"

namespace gradus {

enum class FileForm { lines, list, lists_by_key };  // JSON Lines, one JSON list, an object of lists of rows

// A field of rows that stood in a list under another key than their own says (published in Mr-Ben): that key.
inline constexpr const char* kListKey = "_list";

struct Schema {
  std::string name;                          // "processbench"
  std::string summary;                       // one line
  std::string source;                        // where the fields are from
  FileForm form = FileForm::lines;           // as it is published; the reader takes the others too
  std::function<bool(const JsonRow&)> fits;  // a cheap look at the fields: is the row of this schema?
  std::function<std::vector<Solution>(const JsonRow&, bool keep_fields)> read;  // a row may hold several
  std::function<Json(const Solution&)> write;  // refuses what the schema cannot say
  std::string key_of_lists;                    // for lists_by_key: the field whose value becomes the key
};

const std::vector<Schema>& schemas();
const Schema& schema_named(const std::string& name);  // throws with the nearest names

struct SolutionOptions {
  bool strict = false;       // throw at the first row that is refused
  bool keep_fields = false;  // fill Solution::fields
};

// Every solution of the file in its order; `split` is the name of the file without folder and ending.
RowReport read_solutions(const std::string& path, const Schema& schema, const SolutionOptions& options,
                         const std::function<void(Solution&&)>& visit);

// Whole or not at all, in the published form.
void write_solutions(const std::vector<Solution>& solutions, const Schema& schema, const std::string& path);

// An Error::input about one solution that a schema cannot hold.
Error cannot_write(const Schema& schema, const Solution& solution, std::string what);

// The rows that a schema's file registers.
Schema processbench_schema();
Schema prmbench_schema();
Schema mr_gsm8k_schema();
Schema mr_ben_schema();
Schema reasoneval_schema();
Schema prm800k_schema();
Schema math_shepherd_schema();
Schema rlhflow_schema();
Schema trl_schema();
Schema rewardmath_schema();
Schema rewardmath_pairwise_schema();

// What a reader gives whose rows are one solution each. A list in braces would copy every text twice, and
// these files are large.
std::vector<Solution> only(Solution solution);

}  // namespace gradus
