#include "gradus/reward/vote.h"

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class Voting : public Operator {
 public:
  explicit Voting(const Params& params)
      : from_(params.fill("{level}.{from}")),
        into_(params.text("level") + "." + params.text("into")),
        rule_(vote_from_name(params.text("rule"))),
        tie_(params.flag("tie")) {
    if (from_.empty()) throw Error::input("a vote needs at least one critic").field("from");
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Level level = split_column_name(into_).first;
    std::vector<size_t> ones(batch.size(level), 0), votes(batch.size(level), 0);
    for (const std::string& name : from_) {
      const Column& critic = batch.column(name);
      for (size_t i = 0; i < critic.size(); ++i) {
        votes[i] += critic.valid(i);
        ones[i] += critic.valid(i) && critic[i] > 0;
      }
    }
    Column& out = batch.add_column(into_, {.estimates = "label"});
    for_each_trained_place(batch, level, [&](size_t i) {
      if (votes[i] > 0) out.set(i, vote(rule_, ones[i], votes[i], tie_));
    });
  }

 private:
  std::vector<std::string> from_;
  std::string into_;
  Vote rule_;
  bool tie_;
};

}  // namespace

Vote vote_from_name(const std::string& name) {
  if (name == "intersection") return Vote::intersection;
  if (name == "majority") return Vote::majority;
  require(name == "union" || name == "average", "a rule that its parameter allowed");
  return name == "union" ? Vote::union_ : Vote::average;
}

double vote(Vote rule, size_t ones, size_t votes, bool tie) {
  switch (rule) {
    case Vote::intersection:
      return ones == votes ? 1 : 0;
    case Vote::union_:
      return ones > 0 ? 1 : 0;
    case Vote::majority:
      return 2 * ones > votes || (tie && 2 * ones == votes) ? 1 : 0;
    case Vote::average:
      return static_cast<double>(ones) / static_cast<double>(votes);
  }
  return 0;
}

void register_vote(OperatorRegistry& registry) {
  registry.add({.name = "shape.vote",
                .summary = "one label from those of several critics",
                .paper = "2508.02298",
                .params = {texts_param("from", nullptr, "channels of the critics; above 0 is a vote"),
                           level_param("step"),
                           text_param("rule", "majority", "when the vote is carried",
                                      {"intersection", "majority", "union", "average"}),
                           flag_param("tie", true, "under majority: is exactly half enough?"),
                           text_param("into", nullptr, "channel to write")},
                .reads = {"{level}.{from}"},
                .writes = {"{level}.{into}"}},
               [](const Params& params) { return std::make_unique<Voting>(params); });
}

}  // namespace gradus
