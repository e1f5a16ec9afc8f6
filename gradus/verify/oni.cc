// Golden function of oni: running normalisation, ranking loss, and the reward as a whole.
#include "gradus/base/error.h"
#include "gradus/learn/operators.h"
#include "gradus/learn/pair_loss.h"
#include "gradus/verify/dense.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

RolloutBatch steps_of(size_t steps) {
  return ragged_batch({std::vector<size_t>(steps, 1)}, {0});
}

Verified running_norm(const Json& in) {
  Json memory, states = Json::array(), outputs = Json::array();
  const std::unique_ptr<Operator> running =
      operators().make("shape.running", {{"channel", "r"}, {"prior_count", in.at("epsilon_count")}});
  for (const Json& values : in.at("batches")) {
    RolloutBatch batch = steps_of(values.size());
    put_column(batch, "step.r", numbers_of(values));
    running->apply(batch, {.memory = &memory});
    states.push_back(
        {{"mean", memory.at("mean")}, {"var", memory.at("variance")}, {"count", memory.at("count")}});
    const Json normalised = list_of(batch.column("step.r"));
    run_operator(batch, "shape.threshold", {{"channel", "r"}, {"above", in.at("threshold")}});
    outputs.push_back({{"normalized", normalised},
                       {"thresholded_at_" + in.at("threshold").dump(), list_of(batch.column("step.r"))}});
  }
  return {{{"states", states}, {"outputs", outputs}}};
}

Verified combine(const Json& in) {
  RolloutBatch batch = steps_of(in.at("extrinsic").size());
  put_column(batch, "step.extrinsic", numbers_of(in.at("extrinsic")));
  put_column(batch, "step.intrinsic", numbers_of(in.at("intrinsic")));
  put_column(batch, "step.seen", numbers_of(in.at("message_count_in_episode")));
  run_operator(batch, "shape.transform",
               {{"channel", "seen"},
                {"form", "power"},
                {"rate", -in.at("count_exponent").get<double>()},
                {"into", "novelty"}});
  run_operator(batch, "shape.multiply", {{"channel", "intrinsic"}, {"by", "novelty"}});
  run_operator(batch, "shape.affine", {{"channel", "extrinsic"}, {"scale", in.at("extrinsic_coeff")}});
  run_operator(batch, "shape.affine", {{"channel", "intrinsic"}, {"scale", in.at("intrinsic_coeff")}});
  run_operator(
      batch, "credit.sum",
      {{"level", "step"}, {"from", {"extrinsic", "intrinsic"}}, {"weights", {1.0, 1.0}}, {"into", "reward"}});
  return {{{"reward", list_of(batch.column("step.reward"))}}};
}

Verified ranking_loss(const Json& in) {
  std::vector<double> first, second;
  for (const std::vector<double>& pair : matrix_of(in.at("reward_pairs"))) {
    first.push_back(pair.at(0));
    second.push_back(pair.at(1));
  }
  const std::vector<int64_t> labels = in.at("labels").get<std::vector<int64_t>>();
  const std::optional<double> accuracy = ranked_accuracy(first, second, labels);
  return {{{"loss", ranked_pairs(first, second, labels).loss},
           {"accuracy_excluding_ties", accuracy ? Json(*accuracy) : Json{{"nonfinite", "nan"}}}}};
}

}  // namespace

void verify_oni(Adapters& adapters) {
  adapters.add(
      "oni",
      "RunningMeanStd (executed) ; ranking loss and reward combination (statements re-run outside the "
      "learner class)",
      [](const Json& in, const Verifying&) {
        if (in.at("kind") == "running_norm") return running_norm(in);
        if (in.at("kind") == "combine") return combine(in);
        if (in.at("kind") == "ranking_loss") return ranking_loss(in);
        throw Error::input("an unknown kind of golden case").field("kind").found(in.at("kind").dump());
      });
}

}  // namespace gradus
