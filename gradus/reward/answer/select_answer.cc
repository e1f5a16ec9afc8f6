#include "gradus/reward/answer/select_answer.h"

#include <fmt/format.h>

#include "gradus/reward/answer/choose.h"
#include "gradus/reward/pool.h"

namespace gradus {

namespace {

class SelectAnswer : public Operator {
 public:
  explicit SelectAnswer(const Params& params)
      : rule_(choice_from_name(params.text("rule"))),
        answer_(named(params, "answer", rule_ != Choice::best)),
        score_(named(params, "score", rule_ != Choice::majority)),
        into_("rollout." + params.text("into")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column out(Level::rollout, batch.rollouts(), {.estimates = "choice", .online = false}, batch.precision());
    for (const std::vector<size_t>& members : group_members(batch)) {
      std::vector<size_t> taking;
      std::vector<std::string> keys;
      std::vector<double> scores;
      for (const size_t r : members) {
        const auto there = [&](const std::string& name) {
          return name.empty() || batch.column(name).valid(r);
        };
        if (!there(answer_) || !there(score_)) continue;
        taking.push_back(r);
        keys.push_back(answer_.empty() ? "" : fmt::format("{}", batch.column(answer_)[r]));
        scores.push_back(score_.empty() ? 0 : batch.column(score_)[r]);
      }
      if (taking.empty()) continue;
      const size_t chosen = taking[chosen_answer(keys, scores, rule_)];
      for (const size_t r : taking) out.set(r, r == chosen ? 1 : 0);
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  static std::string named(const Params& params, const char* param, bool needed) {
    const std::string name = params.text(param);
    if (name.empty() && needed) {
      throw Error::input("this rule needs the channel")
          .field(param)
          .found("\"\"")
          .expected("a rollout channel");
    }
    return name.empty() ? "" : "rollout." + name;
  }

  Choice rule_;
  std::string answer_, score_, into_;
};

}  // namespace

void register_select_answer(OperatorRegistry& registry) {
  registry.add(
      {.name = "select.answer",
       .summary = "which rollout of a group is answered with: best, majority or weighted vote",
       .paper = "2305.20050 (best of n), 2203.11171 (majority)",
       .params = {text_param("rule", "best", "how", choice_names()),
                  text_param("answer", "answer", "channel with the number of the answer, \"\": none"),
                  text_param("score", "score", "channel with a score per rollout, \"\": none"),
                  text_param("into", "chosen", "rollout channel to write")},
       .reads = {"rollout.{answer}", "rollout.{score}"},
       .writes = {"rollout.{into}"},
       .scope = "group"},
      [](const Params& params) { return std::make_unique<SelectAnswer>(params); });
}

}  // namespace gradus
