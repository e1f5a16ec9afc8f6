// The operators with every choice of their parameters, and batches for each: what conformance_test.cc tries.
#pragma once

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <memory>
#include <set>
#include <sstream>

#include "tests/rollout/random_batch.h"

#include "gradus/learn/operators.h"
#include "gradus/rollout/jsonl.h"

namespace gradus {
namespace {

constexpr int kBatches = 12;      // per operator and choice of parameters
constexpr double kMissing = 0.2;  // chance of a missing value

// Values that only make sense together; tried beside the choices one by one.
const std::map<std::string, std::vector<Json>> kTogether{
    {"shape.normalise",
     {{{"pool", "key"}, {"key", "same"}},
      {{"by", "measured"}},
      {{"by", "measured"}, {"centre", "leave_one_out"}},
      {{"by", "measured"}, {"variant", "released"}},
      {{"pool", "batch"}, {"centre", "none"}},
      {{"centre", "leave_one_out"}, {"scale", "none"}}}},
    {"shape.aggregate", {{{"level", "token"}, {"to", "step"}}}},
    {"shape.gate",
     {{{"level", "token"}, {"by_level", "token"}}, {{"level", "rollout"}, {"by_level", "rollout"}}}},
    {"shape.multiply",
     {{{"level", "token"}, {"by_level", "token"}}, {{"level", "rollout"}, {"by_level", "rollout"}}}},
    {"loss.aggregate",
     {{{"aggregation", "constant_norm"}, {"norm", 3}}, {{"aggregation", "sum_norm"}, {"norm", 3}}}},
    {"loss.policy",
     {{{"aggregation", "constant_norm"}, {"norm", 3}}, {{"aggregation", "sum_norm"}, {"norm", 3}}}},
    {"loss.value",
     {{{"aggregation", "constant_norm"}, {"norm", 3}}, {{"aggregation", "sum_norm"}, {"norm", 3}}}},
    {"shape.suffix", {{{"carry", "carried"}}, {{"carry", "carried"}, {"level", "token"}}}},
    {"shape.place", {{{"from", "rollout"}, {"at", "every"}}, {{"at", "but_last"}, {"from", "rollout"}}}},
    {"shape.difference",
     {{{"start", "before"}}, {{"against", "next"}, {"last", "zero"}, {"truncated", "cut"}}}},
    {"shape.running", {{{"measure", "measured"}}}},
    {"credit.token_baseline", {{{"importance", "weight"}, {"tail", "baseline"}}}}};

// These take probabilities.
const std::set<std::string> kProbabilities{"shape.best_of"};

// These refuse fewer than two values.
const std::set<std::string> kNeedsTwo{"credit.whiten"};

// A trained token without one of these is refused, not guessed.
const std::set<std::string> kNeedsAll{"credit.gae", "credit.token_baseline", "loss.policy"};

// Of equals these take the first, so that the order of rollouts counts where two are equal.
const std::set<std::string> kFirstOfEquals{"select.answer"};

// These read what was observed, or are released code that counts padding.
bool reads_observations(const std::string& name, const Json& params) {
  static const std::set<std::string> all{"reward.executed", "reward.execution_penalty", "shape.phrases"};
  return all.count(name) || (name == "shape.occurrences" && params.value("of", "") == "observation") ||
         (name == "shape.length" && params.value("observed", false)) ||
         (name == "credit.peer_baseline" && params.value("variant", "") == "released") ||
         (name == "credit.token_baseline" && params.value("index", "") == "response");
}

Json value_for(const ParamSpec& param) {
  switch (param.type) {
    case ParamType::text:
      return param.choices.empty() ? Json("x_" + param.name) : Json(param.choices.front());
    case ParamType::texts:
      return param.choices.empty() ? Json{"x_a", "x_b"} : Json{param.choices.front()};
    case ParamType::numbers:
      return Json{std::clamp(0.5, param.low, param.high), std::clamp(1.0, param.low, param.high)};
    case ParamType::integer:
      return static_cast<int64_t>(std::clamp(2.0, param.low, param.high));
    case ParamType::number:
      return std::clamp(0.5, param.low, param.high);
    case ParamType::boolean:
      return true;
  }
  return nullptr;
}

struct Variant {
  std::string name;
  Json params;
  Params filled;

  std::vector<std::string> reads() const { return filled.fill_all(operators().spec(name).reads); }
  std::vector<std::string> writes() const { return filled.fill_all(operators().spec(name).writes); }
  std::string scope() const {
    const std::string scope = filled.fill(operators().spec(name).scope).front();
    return scope == "index" || scope == "key" ? "group" : scope;
  }
  std::string shown() const { return name + " " + params.dump(); }
};

Variant variant(const std::string& name, const Json& params) {
  operators().make(name, params);
  return Variant{name, params, Params(operators().spec(name), params, {})};
}

// Every choice of a parameter that is tried: (name, value).
std::vector<std::pair<std::string, Json>> choices_of(const std::string& name) {
  std::vector<std::pair<std::string, Json>> out;
  for (const ParamSpec& param : operators().spec(name).params) {
    for (const std::string& choice : param.choices) {
      if (param.type == ParamType::text && choice != "refuse") out.emplace_back(param.name, choice);
    }
    if (param.type == ParamType::boolean) {
      for (const bool flag : {false, true}) out.emplace_back(param.name, flag);
    }
  }
  return out;
}

std::vector<Variant> variants_of(const std::string& name) {
  Json plain = Json::object();
  for (const ParamSpec& param : operators().spec(name).params) {
    if (param.fallback.is_null()) plain[param.name] = value_for(param);
  }
  std::vector<Variant> out;
  const auto add = [&](const Json& more) {
    Json params = plain;
    params.update(more);
    out.push_back(variant(name, params));
  };
  if (const auto more = kTogether.find(name); more != kTogether.end()) {
    for (const Json& params : more->second) add(params);
  }
  std::vector<std::pair<std::string, Json>> tried = choices_of(name);
  tried.insert(tried.begin(), {"", nullptr});  // with nothing but what must be given
  for (const auto& [param, value] : tried) {
    try {
      add(param.empty() ? Json::object() : Json{{param, value}});
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::input) throw;  // it needs another beside it: see IsTriedWithEveryChoice
    }
  }
  return out;
}

// No two equal values in a column.
void spread_out(Plan& plan) {
  double less = 0;
  for_each_place(plan, [&](Level, StepKind, Values& values) {
    for (auto& [unused, value] : values) {
      if (value) *value -= less += 1.0 / 1024;
    }
  });
}

Plan plan_for(const Variant& v, Stream& stream, bool observed = false) {
  Plan plan = random_plan(stream);
  if (kNeedsTwo.count(v.name)) plan.push_back(plan.front());
  const double missing = kNeedsAll.count(v.name) || kNeedsTwo.count(v.name) ? 0 : kMissing;
  for (const std::string& column : v.reads()) {
    give_values(plan, column, stream, {.missing = missing, .observed = observed});
  }
  if (kProbabilities.count(v.name)) {
    for_each_place(plan, [](Level, StepKind, Values& values) {
      for (auto& [unused, value] : values) {
        if (value) value = static_cast<float>(std::exp(*value));
      }
    });
  }
  return plan;
}

// A text that every reader of notes takes.
std::string note_text(const std::string& name) {
  if (name != "target") return "x";
  return R"({"solution": [{"Action": {}}], "bbox": null, "image_w_h": [100, 100], "max_pixels": 1000000})";
}

void run(const Variant& v, RolloutBatch& batch, int threads = 1, uint64_t seed = 5) {
  for (const NoteRead& read : notes_read(operators().spec(v.name), v.filled)) {
    for (size_t r = 0; r < batch.rollouts(); ++r) batch.set_note(read.note, r, note_text(read.note));
  }
  operators().make(v.name, v.params)->apply(batch, {.random = Stream(seed), .threads = threads});
}

std::vector<Plan> outputs(const Variant& v, const Plan& plan, Precision precision = Precision::single,
                          uint64_t seed = 5) {
  RolloutBatch batch = build(plan, v.reads(), precision);
  run(v, batch, 1, seed);
  std::vector<Plan> out;
  for (const std::string& column : v.writes()) out.push_back(read_back(plan, batch, column));
  return out;
}

}  // namespace
}  // namespace gradus
