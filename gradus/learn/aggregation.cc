#include "gradus/learn/aggregation.h"

#include <algorithm>

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class Aggregate : public Operator {
 public:
  explicit Aggregate(const Params& params)
      : aggregation_(aggregation_of(params, aggregation_from_name(params.text("aggregation")))),
        channels_(params.texts("channels")) {
    check_aggregation(aggregation_);
  }

  // A value on a token that is not trained on is no part of the loss, so it goes.
  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    for (const std::string& channel : channels_) {
      Column& column = batch.column("token." + channel);
      std::vector<int64_t> trained(batch.rollouts(), 0);
      for (size_t r = 0; r < batch.rollouts(); ++r) {
        for_each_valid(batch, column, r, [&](size_t) { ++trained[r]; });
      }
      column.clear_observed(batch);
      const std::vector<double> weights = token_weights(trained, aggregation_);
      for (size_t r = 0; r < batch.rollouts(); ++r) {
        for (size_t t = batch.first_token(r); t < batch.last_token(r); ++t) {
          if (column.valid(t)) column.set(t, weights[r] * column[t]);
        }
      }
    }
  }

 private:
  Aggregation aggregation_;
  std::vector<std::string> channels_;
};

void check_positive(const char* field, double value, bool zero_allowed) {
  if (value > 0 || (zero_allowed && value == 0)) return;
  throw Error::input("the aggregation of the loss is out of range")
      .field(field)
      .found(std::to_string(value))
      .expected(zero_allowed ? "0 or more" : "more than 0");
}

}  // namespace

const std::vector<std::string>& aggregation_names() {
  static const std::vector<std::string> names{"token_mean", "sequence_mean", "constant_norm", "sequence_sum",
                                              "sum_norm"};
  return names;
}

LossAggregation aggregation_from_name(const std::string& name) {
  const std::vector<std::string>& names = aggregation_names();
  const auto it = std::find(names.begin(), names.end(), name);
  if (it == names.end()) {
    Error error = Error::input("unknown aggregation of the loss").found(name);
    throw error.hint(suggest(name, names));
  }
  return static_cast<LossAggregation>(it - names.begin());
}

std::vector<double> token_weights(std::span<const int64_t> trained, const Aggregation& aggregation) {
  double tokens = 0, rollouts = 0, all = static_cast<double>(trained.size());
  for (const int64_t n : trained) {
    tokens += static_cast<double>(n);
    rollouts += n > 0 || aggregation.count_empty;
  }
  if (aggregation.all_tokens > 0) tokens = aggregation.all_tokens;
  if (aggregation.all_rollouts > 0) rollouts = all = aggregation.all_rollouts;
  std::vector<double> out;
  for (const int64_t n : trained) {
    double weight = 0;
    if (n > 0) {
      const double length = static_cast<double>(n) + aggregation.length_epsilon;
      switch (aggregation.mode) {
        case LossAggregation::token_mean:
          weight = aggregation.ranks / tokens;
          break;
        case LossAggregation::sequence_mean:
          weight = aggregation.ranks / (length * rollouts);
          break;
        case LossAggregation::constant_norm:
          weight = aggregation.ranks / (all * aggregation.norm);
          break;
        case LossAggregation::sequence_sum:
          weight = aggregation.ranks / rollouts;
          break;
        case LossAggregation::sum_norm:
          weight = aggregation.ranks / aggregation.norm;
          break;
      }
    }
    out.push_back(weight);
  }
  return out;
}

void check_aggregation(const Aggregation& aggregation) {
  if (aggregation.mode == LossAggregation::constant_norm || aggregation.mode == LossAggregation::sum_norm) {
    check_positive("norm", aggregation.norm, false);
  }
  check_positive("length_epsilon", aggregation.length_epsilon, true);
  check_positive("ranks", aggregation.ranks, false);
  check_positive("all_tokens", aggregation.all_tokens, true);
  check_positive("all_rollouts", aggregation.all_rollouts, true);
}

std::vector<ParamSpec> aggregation_params(const std::string& fallback, std::vector<std::string> more) {
  std::vector<std::string> names = aggregation_names();
  names.insert(names.begin(), more.begin(), more.end());
  return {
      text_param("aggregation", fallback, "how the losses of tokens become one number", names),
      number_param("norm", 0.0,
                   "divisor of constant_norm (with all_rollouts = rollouts that have a trained token: verl "
                   "0.9.1's seq-mean-token-sum-norm) and of sum_norm (verl's before)",
                   0, 1e12),
      flag_param("count_empty", false,
                 "means over rollouts count those without a trained token; constant_norm always does"),
      number_param("length_epsilon", 0.0, "added to the length of a rollout (verl: 1e-8)", 0, 1),
      number_param("ranks", 1.0, "workers that share the batch and average", 1, 1e6),
      number_param("all_tokens", 0.0, "trained tokens of the whole batch; 0: of this part", 0, 1e15),
      number_param("all_rollouts", 0.0, "rollouts of the whole batch; 0: of this part", 0, 1e15)};
}

Aggregation aggregation_of(const Params& params, LossAggregation mode) {
  return {.mode = mode,
          .norm = params.number("norm"),
          .count_empty = params.flag("count_empty"),
          .length_epsilon = params.number("length_epsilon"),
          .ranks = params.number("ranks"),
          .all_tokens = params.number("all_tokens"),
          .all_rollouts = params.number("all_rollouts")};
}

void register_aggregation(OperatorRegistry& registry) {
  std::vector<ParamSpec> params{
      texts_param("channels", Json::array({"loss"}), "token channels, each aggregated on its own")};
  for (ParamSpec& param : aggregation_params("token_mean")) params.push_back(std::move(param));
  registry.add({.name = "loss.aggregate",
                .summary = "weigh token losses so that their sum is the loss of the batch",
                .paper = "2503.14476, 2402.03300, 2503.20783",
                .params = std::move(params),
                .reads = {"token.{channels}"},
                .writes = {"token.{channels}"},
                .scope = "batch"},
               [](const Params& given) { return std::make_unique<Aggregate>(given); });
}

}  // namespace gradus
