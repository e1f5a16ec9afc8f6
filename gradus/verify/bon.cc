// Golden functions of bon: aggregation of step scores, pass@k, choice of an answer, published text forms.
#include "gradus/base/error.h"
#include "gradus/eval/pass_at_k.h"
#include "gradus/reward/aggregate.h"
#include "gradus/reward/answer/choose.h"
#include "gradus/reward/answer/published_form.h"
#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"
#include "gradus/verify/votes.h"

namespace gradus {

namespace {

Verified aggregate_scores(const Json& in, const Verifying&) {
  const std::vector<double> scores = numbers_of(in.at("step_scores"));
  return {{{"min", aggregate("min", scores)},
           {"prod", aggregate("product", scores)},
           {"last", aggregate("last", scores)}}};
}

Verified predictions(const Json& in, const Verifying&) {
  std::vector<std::string> forms;
  for (const Json& answer : in.at("preds")) forms.push_back(published_form(answer.get<std::string>()));
  const std::vector<double> scores = numbers_of(in.at("agg_scores"));
  const auto printed = [&](Choice choice) {
    const size_t at = chosen_answer(forms, scores, choice);
    return "\\boxed{" + in.at("preds").at(at).get<std::string>() + "}";
  };
  return {{{"canonical", forms},
           {"naive", printed(Choice::best)},
           {"weighted", printed(Choice::weighted)},
           {"maj", printed(Choice::majority)}}};
}

Verified extracted(const Json& in, const Verifying&) {
  const std::string set = in.at("data_name").get<std::string>();
  for (const char* choices : {"mmlu", "sat_math", "aqua", "gaokao2023"}) {
    if (set.find(choices) == std::string::npos) continue;
    throw Error::input("answers of multiple choice are not taken from texts here").found(set);
  }
  const bool keep_units = set == "carp_en" || set == "minerva_math";
  return {{{"answer", published_answer(in.at("text").get<std::string>(), keep_units)}}};
}

}  // namespace

void verify_bon(Adapters& adapters) {
  adapters.add("bon", "aggregate_scores", aggregate_scores);
  adapters.add("bon", "pass_at_k", [](const Json& in, const Verifying&) -> Verified {
    return {{{"pass_at_k",
              pass_at_k(golden_count(in.at("n")), golden_count(in.at("c")), golden_count(in.at("k")))}}};
  });
  adapters.add("bon",
               "compute_naive_pred/compute_weighted_pred/compute_maj_pred (canonical form = strip_string "
               "fallback, symbolic simplifier disabled)",
               predictions);
  adapters.add("bon", "strip_string (number-word conversion disabled)",
               [](const Json& in, const Verifying&) -> Verified {
                 return {{{"strip_string", published_form(in.at("string").get<std::string>())}}};
               });
  adapters.add("bon", "extract_answer", extracted);
  adapters.add("bon", "AGG_FN_MAP", [](const Json& in, const Verifying&) -> Verified {
    return {votes(
        in.at("answers"), in.at("step_scores"),
        {"prm_min_max", "prm_min_vote", "prm_last_max", "prm_last_vote", "prm_avg_max", "prm_avg_vote"})};
  });
}

}  // namespace gradus
