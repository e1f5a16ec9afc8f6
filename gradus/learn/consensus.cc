#include "gradus/learn/consensus.h"

namespace gradus {

namespace {

class Consensus : public Operator {
 public:
  explicit Consensus(const Params& params)
      : first_("rollout." + params.text("first")), second_("rollout." + params.text("second")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column &first = batch.column(first_), &second = batch.column(second_);
    Column kept(Level::rollout, batch.rollouts(), {}, batch.precision());
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      if (first.valid(r) && second.valid(r) && first[r] == second[r]) kept.set(r, 1);
    }
    batch.put_column("rollout.kept", std::move(kept));
  }

 private:
  std::string first_, second_;
};

}  // namespace

void register_consensus(OperatorRegistry& registry) {
  registry.add({.name = "curate.consensus",
                .summary = "keeps rollouts of which two labellers name the same first wrong step",
                .paper = "2501.07301",
                .params = {text_param("first", nullptr, "channel with the first error by one, -1: none"),
                           text_param("second", nullptr, "the same by the other")},
                .reads = {"rollout.{first}", "rollout.{second}"},
                .writes = {"rollout.kept"}},
               [](const Params& params) { return std::make_unique<Consensus>(params); });
}

}  // namespace gradus
