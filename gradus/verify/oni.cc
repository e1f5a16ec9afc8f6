// Golden function of oni: running normalisation, ranking loss, and the reward as a whole.
#include "gradus/base/error.h"
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
  for (const Json& values : in.at("batches")) {
    RolloutBatch batch = steps_of(values.size());
    put_column(batch, "step.r", numbers_of(values));
    run_chain(batch, "oni/normalise", {{"prior_count", in.at("epsilon_count")}}, {.memory = &memory});
    const Json& moments = memory.at("0");  // of the chain's only operator
    states.push_back(
        {{"mean", moments.at("mean")}, {"var", moments.at("variance")}, {"count", moments.at("count")}});
    const Json normalised = list_of(batch.column("step.r"));
    run_chain(batch, "oni/threshold", {{"threshold", in.at("threshold")}});
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
  run_chain(batch, "oni/reward",
            {{"rate", -in.at("count_exponent").get<double>()},
             {"extrinsic", in.at("extrinsic_coeff")},
             {"intrinsic", in.at("intrinsic_coeff")}});
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
