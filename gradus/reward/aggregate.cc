#include "gradus/reward/aggregate.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// mantissa * 2^exponent, for products that leave the range of double on the way.
struct Scaled {
  double mantissa = 1;
  int64_t exponent = 0;
};

Scaled scaled_product(std::span<const double> values) {
  Scaled out;
  for (const double value : values) {
    int own = 0, carried = 0;
    out.mantissa = std::frexp(out.mantissa * std::frexp(value, &own), &carried);
    out.exponent += own + carried;
  }
  return out;
}

// Nothing where a part of the product has left the normal numbers: it may have lost bits.
std::optional<double> plain_product(std::span<const double> values) {
  double out = 1;
  bool normal = true;
  for (const double value : values) {
    out *= value;
    normal = normal && std::isnormal(out);
  }
  return normal ? std::optional(out) : std::nullopt;
}

double product(std::span<const double> values) {
  if (const auto plain = plain_product(values)) return *plain;
  const Scaled scaled = scaled_product(values);
  constexpr int64_t kBeyond = 5000;  // more than any double
  return std::ldexp(scaled.mantissa, static_cast<int>(std::clamp(scaled.exponent, -kBeyond, kBeyond)));
}

double geometric_mean(std::span<const double> values) {
  const double count = static_cast<double>(values.size());
  if (values.size() == 1) return values.front();
  if (const auto plain = plain_product(values)) return std::pow(*plain, 1 / count);
  const Scaled scaled = scaled_product(values);
  if (scaled.mantissa == 0) return 0;
  return std::exp2((std::log2(scaled.mantissa) + static_cast<double>(scaled.exponent)) / count);
}

double mean_odds(std::span<const double> values) {
  double sum = 0;
  for (const double p : values) sum += p / (1 - p);
  const double odds = sum / static_cast<double>(values.size());
  return odds < 0 ? 0 : odds;  // what is no number stays none
}

double mean_logit(std::span<const double> values) {
  double sum = 0;
  for (const double p : values) sum += std::log(p / (1 - p));
  return 1 / (1 + std::exp(-sum / static_cast<double>(values.size())));
}

using Form = double (*)(std::span<const double>);

const std::vector<std::pair<std::string, Form>>& forms() {
  using Values = std::span<const double>;
  static const std::vector<std::pair<std::string, Form>> all = {
      {"sum", [](Values v) { return std::accumulate(v.begin(), v.end(), 0.0); }},
      {"mean", mean},
      {"min", [](Values v) { return *std::min_element(v.begin(), v.end()); }},
      {"max", [](Values v) { return *std::max_element(v.begin(), v.end()); }},
      {"product", product},
      {"geometric_mean", geometric_mean},
      {"mean_logit", mean_logit},
      {"mean_odds", mean_odds},
      {"first", [](Values v) { return v.front(); }},
      {"last", [](Values v) { return v.back(); }}};
  return all;
}

class Aggregate : public Operator {
 public:
  explicit Aggregate(const Params& params)
      : from_(params.text("level") + "." + params.text("channel")),
        into_(params.text("to") + "." + params.text("into")),
        to_(level_from_name(params.text("to"))),
        form_(params.text("form")) {
    if (to_ == Level::step && params.text("level") == "step") {
      throw Error::input("the values of steps are not finer than steps").field("to").expected("rollout");
    }
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column& source = batch.column(from_);
    Column out(to_, batch.size(to_), source.info(), batch.precision());
    std::vector<double> values;
    const auto reduced = [&](size_t i) {
      if (!values.empty()) write(out, i, values);
      values.clear();
    };
    const auto take = [&](size_t begin, size_t end) {
      for (size_t k = begin; k < end; ++k) {
        if (source.valid(k)) values.push_back(source[k]);
      }
    };
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      for (size_t s = batch.step_begin(r); to_ == Level::step && s < batch.step_end(r); ++s) {
        for_each_trained_run(batch, s, take);
        reduced(s);
      }
      if (to_ == Level::step) continue;
      for_each_trained_span(batch, source.level(), r, take);
      reduced(r);
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  // The odds of a certain step are infinite, and so is their mean: undefined. A product that has become
  // infinite is only too large.
  void write(Column& out, size_t i, std::span<const double> values) const {
    const double value = aggregate(form_, values);
    if (form_ == "mean_odds") return out.set_where_defined(i, value);
    out.set(i, value);
  }

  std::string from_, into_;
  Level to_;
  std::string form_;
};

}  // namespace

const std::vector<std::string>& aggregate_forms() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const auto& [name, unused] : forms()) out.push_back(name);
    return out;
  }();
  return names;
}

double aggregate(const std::string& form, std::span<const double> values) {
  if (values.empty()) {
    throw Error::input("no values to aggregate").found("an empty list").expected("at least one value");
  }
  for (const auto& [name, fn] : forms()) {
    if (name == form) return fn(values);
  }
  throw Error::input("unknown form of aggregation").found(form).hint(suggest(form, aggregate_forms()));
}

void register_aggregate(OperatorRegistry& registry) {
  registry.add({.name = "shape.aggregate",
                .summary = "one number per rollout or step from a finer channel",
                .paper = "2305.20050 (product, min), 2312.08935 (min), 2410.01729 (means of odds)",
                .params = {text_param("channel", nullptr, "channel to aggregate"),
                           text_param("level", "step", "level of the channel", {"step", "token"}),
                           text_param("form", "sum", "how", aggregate_forms()),
                           text_param("to", "rollout", "level to write", {"rollout", "step"}),
                           text_param("into", nullptr, "channel to write")},
                .reads = {"{level}.{channel}"},
                .writes = {"{to}.{into}"}},
               [](const Params& params) { return std::make_unique<Aggregate>(params); });
}

}  // namespace gradus
