// Golden function of rewardbench2 (arXiv 2506.01937): one best-of-n prompt, or the rows of the Ties domain.
#include "gradus/eval/benchmarks/rewardbench2.h"

#include "gradus/base/error.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

// A score, or a list of one.
double score_of(const Json& value) {
  if (!value.is_array()) return golden_number(value);
  if (value.size() != 1) {
    throw Error::input("a list of scores of one completion").found(value.dump()).expected("one score");
  }
  return golden_number(value.at(0));
}

std::vector<double> scores_of(const Json& list) {
  std::vector<double> out;
  for (const Json& value : list) out.push_back(score_of(value));
  return out;
}

Verified ties(const Json& in) {
  std::vector<TiesRow> rows;
  for (const Json& row : in.at("rows")) {
    rows.push_back(
        {row.at("id").get<std::string>(), golden_count(row.at("num_correct")), scores_of(row.at("scores"))});
  }
  const TiesScore score = score_ties(rows);
  Json prompts = Json::object();
  for (const auto& [id, prompt] : score.prompts) {
    prompts[id] = {{"accurate", prompt.accurate},
                   {"different_correct_margin", prompt.spread ? Json(*prompt.spread) : Json(nullptr)},
                   {"correct_incorrect_margin", prompt.gap}};
  }
  return {{{"overall_score", score.compat}, {"per_row", prompts}}};
}

}  // namespace

void verify_rewardbench2(Adapters& adapters) {
  adapters.add("rewardbench2", "reroll_and_score_dataset, _compute_prompt_stats, process_single_model",
               [](const Json& in, const Verifying&) -> Verified {
                 if (in.at("kind") == "ties") return ties(in);
                 return {{{"result", best_of_n(scores_of(in.at("scores")))}}};
               });
}

}  // namespace gradus
