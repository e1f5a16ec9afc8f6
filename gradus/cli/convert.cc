// gradus convert FROM TO IN OUT: judged solutions from one published file schema into another.
#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/base/input_file.h"
#include "gradus/cli/command.h"
#include "gradus/cli/output.h"
#include "gradus/rollout/jsonl.h"
#include "gradus/rollout/schema/schema.h"

namespace gradus {

namespace {

constexpr const char* kRollouts = "rollouts";  // our own files (docs/rollout-files.md)

struct Options {
  std::string from, to, in, out;
  bool strict = false, json = false;
};

[[noreturn]] void refuse_nothing(const Options& options, const RowReport& report) {
  if (report.rows == 0) throw Error::input("there is nothing in the file").at(input_name(options.in));
  const std::string first =
      report.errors.empty() ? "" : fmt::format("; the first: {}", report.errors[0].what());
  throw Error::input(
      fmt::format("no row of {} could be read as {}{}", input_name(options.in), options.from, first));
}

std::vector<Solution> read(const Options& options, OddityCounter& counter) {
  std::vector<Solution> solutions;
  RowReport report;
  if (options.from == kRollouts) {
    const RolloutFile file = read_rollouts(options.in, {.strict = options.strict});
    solutions = solutions_of(file.batch);
    report = {.rows = file.lines, .bad_rows = file.bad_lines, .errors = file.errors};
  } else {
    report = read_solutions(options.in, schema_named(options.from),
                            {.strict = options.strict, .keep_fields = true},
                            [&](Solution&& s) { solutions.push_back(std::move(s)); });
  }
  for (const Solution& s : solutions) counter.add(s);
  counter.counts.bad_rows = report.bad_rows;
  if (solutions.empty()) refuse_nothing(options, report);
  for (const Error& error : report.errors) remark(std::string("left out: ") + error.what());
  return solutions;
}

// What the schema cannot hold is left out and said, or refused.
std::vector<Solution> writable(const std::vector<Solution>& all, const Schema& schema, bool strict) {
  std::vector<Solution> out;
  std::vector<Error> refusals;
  for (const Solution& s : all) {
    try {
      schema.write(s);
      out.push_back(s);
    } catch (const Error& error) {
      if (strict) throw;
      refusals.push_back(error);
    }
  }
  if (out.empty()) {
    throw Error::input(fmt::format("the schema {} can hold none of {}; the first: {}", schema.name,
                                   counted(all.size(), "solution"), refusals[0].what()));
  }
  for (const Error& error : refusals) remark(std::string("left out: ") + error.what());
  return out;
}

int run(const Options& options) {
  if (options.from != kRollouts) schema_named(options.from);
  if (options.to != kRollouts) schema_named(options.to);
  std::FILE* const out = summary_stream({options.out});
  OddityCounter counter;
  const std::vector<Solution> all = read(options, counter);
  if (options.strict && counter.counts.any()) {
    throw Error::input("odd items in the file")
        .at(options.in)
        .found(counter.counts.examples.empty() ? counter.counts.json().dump() : counter.counts.examples[0])
        .expected("none under --strict");
  }
  size_t written = all.size();
  if (options.to == kRollouts) {
    write_rollouts(batch_of_solutions(all), options.out);
  } else {
    const Schema& schema = schema_named(options.to);
    const std::vector<Solution> fitting = writable(all, schema, options.strict);
    write_solutions(fitting, schema, options.out);
    written = fitting.size();
  }
  const Json summary = {{"read", all.size()},
                        {"written", written},
                        {"left_out", all.size() - written},
                        {"odd", counter.counts.json()}};
  if (options.json) {
    fmt::print(out, "{}\n", summary.dump(2));
    return 0;
  }
  fmt::print(out, "{} read, {} written to {}, {} left out\n", counted(all.size(), "solution"), written,
             options.out == "-" ? "standard output" : options.out, all.size() - written);
  const Json odd = counter.counts.json();
  for (const auto& [key, value] : odd.items()) {
    if (value.is_number() && value != 0 && key != "solutions")
      fmt::print(out, "  {}: {}\n", key, value.dump());
  }
  return 0;
}

}  // namespace

void add_convert(CLI::App& app, Verb& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("convert", "Convert files of judged solutions between published schemas");
  std::string names = kRollouts;
  for (const Schema& schema : schemas()) names += ", " + schema.name;
  verb->footer("Schemas: " + names +
               ".\nExample (with a file of ProcessBench):\n"
               "  gradus convert processbench trl gsm8k.json gsm8k_trl.jsonl");
  verb->add_option("from", options->from, "Schema of the file")->required();
  verb->add_option("to", options->to, "Schema to write")->required();
  verb->add_option("in", options->in, "File to read, '-' for standard input")->required();
  verb->add_option("out", options->out, "File to write, '-' for standard output")->required();
  verb->add_flag("--strict", options->strict, "Refuse what is otherwise left out or counted");
  verb->add_flag("--json", options->json, "Machine-readable summary");
  verb->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace gradus
