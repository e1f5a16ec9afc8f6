// gradus eval select FILE: what choosing among samples is worth, by every rule and number of samples.
#include "gradus/cli/eval_select.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "gradus/base/atomic_file.h"
#include "gradus/base/error.h"
#include "gradus/cli/number_checks.h"
#include "gradus/cli/output.h"
#include "gradus/eval/sample_file.h"
#include "gradus/eval/selection_curves.h"
#include "gradus/reward/aggregate.h"

namespace gradus {

namespace {

struct Options {
  std::string file, out;
  std::vector<std::string> rules = {"best", "majority", "weighted"},
                           forms = {"last", "min", "product", "mean"};
  std::vector<size_t> sizes;
  CurveOptions curves;
  bool strict = false, json = false;
};

std::vector<SelectionRule> rules_of(const Options& options, bool scored) {
  std::vector<SelectionRule> out;
  for (const std::string& name : options.rules) {
    const Choice choice = choice_from_name(name);
    if (choice == Choice::majority) {
      out.push_back({choice, ""});
      continue;
    }
    for (const std::string& form : options.forms) {
      if (scored) out.push_back({choice, form});
    }
  }
  return out;
}

std::string shown(const Json& column) {
  if (column.at("value").is_null()) return fmt::format("{:>7} {:17}", "-", "");
  const std::string value = fmt::format("{:>7.4f}", column.at("value").get<double>());
  if (column.at("low").is_null()) return fmt::format("{} {:17}", value, "");
  return fmt::format("{} [{:.4f}, {:.4f}]", value, column.at("low").get<double>(),
                     column.at("high").get<double>());
}

void print(const Json& result) {
  const Json& counts = result.at("counts");
  const auto count_of = [&](const char* key) { return counts.at(key).get<size_t>(); };
  fmt::print("{}, {}; {} without an answer, {} without scores, {} left out\n",
             counted(count_of("questions"), "question"), counted(count_of("samples"), "sample"),
             count_of("without_answer"), count_of("without_scores"),
             counted(count_of("bad_rows"), "bad row"));
  fmt::print("\n{:<18}{:>6}  {:<26}  {:<26}{:>8}\n", "rule", "n", " compat  95 % interval",
             " strict  95 % interval", "tied");
  for (const Json& row : result.at("curves")) {
    const std::string tied =
        row.at("tied").is_null() ? "" : fmt::format("{:>8.4f}", row.at("tied").get<double>());
    fmt::print("{:<18}{:>6}  {:<26}  {:<26}{}\n", row.at("rule").get<std::string>(),
               row.at("n").get<size_t>(), shown(row.at("compat")), shown(row.at("strict")), tied);
  }
  std::map<std::string, size_t> not_finite, largest;  // of the largest n of each rule
  for (const Json& row : result.at("curves")) {
    const std::string rule = row.at("rule").get<std::string>();
    const size_t count = row.at("not_finite").get<size_t>(), n = row.at("n").get<size_t>();
    if (count > 0 && n >= largest[rule]) largest[rule] = n, not_finite[rule] = count;
  }
  for (const auto& [rule, count] : not_finite) {
    fmt::print("{}: {} {} no finite score and {} no part\n", rule, count,
               count == 1 ? "sample has" : "samples have", count == 1 ? "takes" : "take");
  }
}

void check_sizes(const std::vector<size_t>& sizes, const std::vector<SampledQuestion>& questions) {
  size_t most = 0;
  for (const SampledQuestion& question : questions) most = std::max(most, question.samples.size());
  for (const size_t n : sizes) {
    if (n <= most) continue;
    throw Error::input("no question has so many samples")
        .field("--n")
        .found(fmt::format("{}", n))
        .expected(fmt::format("at most {}", most));
  }
}

int run(Options options) {
  const bool printed = summary_stream({options.out}) == stdout;
  const SampleFile strict = read_samples(options.file, AnswerKeys::equal, {.strict = options.strict});
  const SampleFile compat = read_samples(options.file, AnswerKeys::text, {.strict = options.strict});
  if (strict.questions.empty()) {
    Error error = Error::input("no question can be read").at(options.file);
    if (!strict.errors.empty()) error.found(strict.errors[0].what());
    throw error.expected("rows {\"problem\", \"answer\", \"completions\": [..], \"scores\": [[..], ..]}");
  }
  check_sizes(options.sizes, strict.questions);
  for (const Error& error : strict.errors) remark(std::string("left out: ") + error.what());
  options.curves.rules = rules_of(options, strict.without_scores < strict.samples);
  options.curves.sizes = options.sizes.empty() ? doubling_sizes(strict.questions) : options.sizes;
  const Json result = {{"schema", "gradus.selection/1"},
                       {"bootstrap", {{"draws", options.curves.bootstrap}, {"seed", options.curves.seed}}},
                       {"counts",
                        {{"questions", strict.questions.size()},
                         {"samples", strict.samples},
                         {"without_answer", strict.without_answer},
                         {"without_scores", strict.without_scores},
                         {"bad_rows", strict.bad_rows}}},
                       {"curves", selection_curves(compat.questions, strict.questions, options.curves)}};
  if (!options.out.empty()) {
    AtomicFile file(options.out);
    file.write(result.dump(1) + "\n");
    file.commit();
  }
  if (!printed) return 0;  // the document itself is what standard output gets
  if (options.json) {
    fmt::print("{}\n", result.dump(2));
  } else {
    print(result);
  }
  return 0;
}

}  // namespace

void add_eval_select(CLI::App& eval, Verb& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      eval.add_subcommand("select", "What choosing among sampled answers is worth (docs/selection.md)");
  verb->footer(
      "compat: answers are equal where their published text forms are, ties go to the first, and samples "
      "without\n"
      "an answer vote for none, as in the published code.\n"
      "strict: answers are equal where they are mathematically, ties are broken at random, and samples "
      "without an\n"
      "answer take no part.\n"
      "Example:\n"
      "  gradus eval select completions.jsonl --rule best --rule weighted --form last --n 16");
  verb->add_option("file", options->file, "Samples and their scores (JSON Lines, docs/selection.md)")
      ->required();
  verb->add_option("--rule", options->rules, "best, majority, weighted [all]")
      ->check(CLI::IsMember(choice_names()));
  verb->add_option("--form", options->forms, "How step scores become one [last min product mean]")
      ->check(CLI::IsMember(aggregate_forms()));
  verb->add_option("--n", options->sizes, "Numbers of samples [1, 2, 4, ...]")->check(count_of_samples());
  verb->add_option("--bootstrap", options->curves.bootstrap, "Resamples of the intervals, 0: none [10000]")
      ->check(count_of_draws());
  verb->add_option("--seed", options->curves.seed, "Of the resamples [1]")->check(seed_number());
  verb->add_flag("--strict", options->strict, "Stop at the first bad row");
  verb->add_option("-o,--out", options->out, "Where to write the result as JSON, '-' for standard output");
  verb->add_flag("--json", options->json, "The result as JSON on standard output");
  verb->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace gradus
