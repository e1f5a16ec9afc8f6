#include "gradus/rollout/schema/schema.h"

#include <filesystem>
#include <fmt/format.h>

#include "gradus/base/atomic_file.h"

namespace gradus {

const std::vector<Schema>& schemas() {
  static const std::vector<Schema> all = {
      processbench_schema(), prmbench_schema(),           mr_gsm8k_schema(),
      mr_ben_schema(),       reasoneval_schema(),         prm800k_schema(),
      rlhflow_schema(),      math_shepherd_schema(),      trl_schema(),
      rewardmath_schema(),   rewardmath_pairwise_schema()};
  return all;
}

const Schema& schema_named(const std::string& name) {
  std::vector<std::string> known;
  for (const Schema& schema : schemas()) {
    if (schema.name == name) return schema;
    known.push_back(schema.name);
  }
  throw Error::input("unknown schema '" + name + "'").hint(suggest(name, known));
}

RowReport read_solutions(const std::string& path, const Schema& schema, const SolutionOptions& options,
                         const std::function<void(Solution&&)>& visit) {
  const std::string split = std::filesystem::path(path).stem().string();
  const RowOptions rows = {.nested = schema.form == FileForm::lists_by_key, .strict = options.strict};
  return read_rows(path, rows, [&](const JsonRow& row) {
    if (!schema.fits(row)) {
      for (const Schema& other : schemas()) {
        if (!other.fits(row)) continue;
        throw row.refuse("", "the row is of another schema").found(other.name).expected(schema.name);
      }
      throw row.refuse("", "the row is not of this schema").expected(schema.name + ": " + schema.source);
    }
    for (Solution& solution : schema.read(row, options.keep_fields)) {
      solution.schema = schema.name;
      if (solution.split.empty()) solution.split = split;
      visit(std::move(solution));
    }
  });
}

void write_solutions(const std::vector<Solution>& solutions, const Schema& schema, const std::string& path) {
  AtomicFile file(path);
  if (schema.form == FileForm::lines) {
    for (const Solution& solution : solutions) file.write(schema.write(solution).dump() + "\n");
  } else if (schema.form == FileForm::list) {
    Json rows = Json::array();
    for (const Solution& solution : solutions) rows.push_back(schema.write(solution));
    file.write(rows.dump(2) + "\n");
  } else {
    Json lists = Json::object();
    for (const Solution& solution : solutions) {
      Json row = schema.write(solution);
      const std::string key =
          row.at(row.contains(kListKey) ? kListKey : schema.key_of_lists).get<std::string>();
      row.erase(kListKey);
      lists[key].push_back(std::move(row));
    }
    file.write(lists.dump(2) + "\n");
  }
  file.commit();
}

std::vector<Solution> only(Solution solution) {
  std::vector<Solution> out;
  out.push_back(std::move(solution));
  return out;
}

Error cannot_write(const Schema& schema, const Solution& solution, std::string what) {
  return Error::input(fmt::format("{} cannot hold '{}': {}", schema.name, solution.id, what));
}

}  // namespace gradus
