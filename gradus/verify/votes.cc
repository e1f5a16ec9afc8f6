#include "gradus/verify/votes.h"

#include "gradus/reward/aggregate.h"
#include "gradus/reward/answer/choose.h"
#include "gradus/verify/dense.h"

namespace gradus {

Json votes(const Json& answers, const Json& step_scores, const std::vector<std::string>& rules) {
  std::vector<std::string> keys;
  for (const Json& answer : answers) keys.push_back(answer.get<std::string>());
  Json out = Json::object();
  for (const std::string& rule : rules) {
    std::vector<double> scores;
    const std::string form = rule.substr(4, rule.find('_', 4) - 4);  // "prm_min_max" -> "min"
    for (const Json& list : step_scores) {
      const std::vector<double> steps = numbers_of(list);
      scores.push_back(steps.empty() ? kNoStepScore : aggregate(form == "avg" ? "mean" : form, steps));
    }
    out[rule] = keys[chosen_answer(keys, scores, rule.ends_with("_max") ? Choice::best : Choice::weighted)];
  }
  out["majority_vote"] = keys[chosen_answer(keys, {}, Choice::majority)];
  return out;
}

}  // namespace gradus
