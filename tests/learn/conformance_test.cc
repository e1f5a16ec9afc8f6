// What every operator keeps to, checked on random batches for each one that is registered, with every choice
// of every parameter: nothing has to be added here for a new one.
//
// Missing and masked values, groups of one, empty steps and rollouts are in the batches. Where an operator
// needs more than its description says (a parameter that goes with another), `kTogether` says so.
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <memory>
#include <set>
#include <sstream>

#include "tests/learn/conformance_variants.h"
#include "tests/rollout/random_batch.h"

#include "gradus/learn/operators.h"
#include "gradus/rollout/jsonl.h"

namespace gradus {
namespace {

bool near(std::optional<double> a, std::optional<double> b, double tolerance) {
  if (!a || !b) return a.has_value() == b.has_value();
  return std::abs(*a - *b) <= tolerance * (1 + std::abs(*b));
}

// "" or what differs first; `added` steps are passed over.
std::string difference(const std::vector<Plan>& got, const std::vector<Plan>& want, double tolerance) {
  for (size_t c = 0; c < want.size(); ++c) {
    std::vector<std::pair<std::string, std::optional<double>>> lists[2];
    for (const int side : {0, 1}) {
      for (PlannedRollout rollout : (side == 0 ? got : want)[c]) {
        std::erase_if(rollout.steps, [](const PlannedStep& step) { return step.added; });
        Plan one{rollout};
        for_each_place(one, [&](Level, StepKind, Values& values) {
          for (const auto& [name, value] : values) lists[side].emplace_back(name, value);
        });
      }
    }
    if (lists[0].size() != lists[1].size()) return "another number of values";
    for (size_t i = 0; i < lists[0].size(); ++i) {
      if (near(lists[0][i].second, lists[1][i].second, tolerance)) continue;
      const auto shown = [](std::optional<double> x) { return x ? std::to_string(*x) : "missing"; };
      return lists[1][i].first + "[" + std::to_string(i) + "]: " + shown(lists[0][i].second) + ", not " +
             shown(lists[1][i].second);
    }
  }
  return "";
}

bool draws_random_numbers(const Variant& v, const Plan& plan) {
  for (uint64_t seed = 6; seed < 12; ++seed) {
    const auto other = outputs(v, plan, Precision::single, seed);
    if (!difference(other, outputs(v, plan), 0).empty()) return true;
  }
  return false;
}

std::string bytes(const RolloutBatch& batch) {
  std::ostringstream out;
  write_rollouts(batch, out);
  return out.str();
}

class Conformance : public ::testing::TestWithParam<std::string> {
 protected:
  // fn(variant, stream) for many batches.
  template <class Fn>
  void each(Fn&& fn) const {
    for (const Variant& v : variants_of(GetParam())) {
      for (int b = 0; b < kBatches && !HasFailure(); ++b) {
        SCOPED_TRACE(v.shown() + ", batch " + std::to_string(b));
        Stream stream = Stream(11).child(v.shown()).child(static_cast<uint64_t>(b));
        fn(v, stream);
      }
    }
  }
};

TEST_P(Conformance, IsTriedWithEveryChoice) {
  const std::vector<Variant> variants = variants_of(GetParam());
  ASSERT_FALSE(variants.empty()) << "no parameters could be derived; see kTogether";
  for (const auto& [param, value] : choices_of(GetParam())) {
    const bool tried =
        std::any_of(variants.begin(), variants.end(), [&, &param = param, &value = value](const Variant& v) {
          return v.filled.values().at(param) == value;
        });
    EXPECT_TRUE(tried) << param << " = " << value << " is refused alone: say in kTogether what it goes with";
  }
}

TEST(ConformanceLists, NameOperators) {
  std::set<std::string> named = kProbabilities;
  for (const auto* list : {&kNeedsTwo, &kNeedsAll, &kFirstOfEquals}) named.insert(list->begin(), list->end());
  for (const auto& [name, unused] : kTogether) named.insert(name);
  for (const std::string& name : named) EXPECT_NO_THROW(operators().spec(name)) << name;
}

TEST_P(Conformance, WritesFiniteValuesAndNoneWhereObserved) {
  each([](const Variant& v, Stream& stream) {
    Plan plan = plan_for(v, stream, stream.chance(0.5));
    RolloutBatch batch = build(plan, v.reads());
    const std::vector<std::string> reads = v.reads();
    run(v, batch);
    for (const std::string& name : v.writes()) {
      const bool changed = std::count(reads.begin(), reads.end(), name) > 0;
      Plan after = read_back(plan, batch, name);
      std::vector<std::optional<double>> before;
      for_each_place(plan, [&](Level level, StepKind, Values& values) {
        if (level == batch.column(name).level()) before.push_back(changed ? values[name] : std::nullopt);
      });
      size_t next = 0;
      for_each_place(after, [&](Level level, StepKind kind, Values& values) {
        if (level != batch.column(name).level()) return;
        const std::optional<double> value = values[name], old = before[next++];
        if (value) {
          EXPECT_TRUE(std::isfinite(*value)) << name;
        }
        if (kind == StepKind::observe && value) {  // it may be cleared
          EXPECT_TRUE(near(value, old, 0)) << name << " written where observed";
        }
      });
    }
  });
}

// The kind of error, and whether it names a column.
std::string error_of(const std::function<void()>& fn, const std::string& column) {
  try {
    fn();
  } catch (const Error& error) {
    const std::string what = error.what();
    return std::string(error.kind() == ErrorKind::input ? "input" : "another kind") +
           (what.find(column) != std::string::npos ? "" : " that does not name it") + ": " + what;
  }
  return "no error";
}

TEST_P(Conformance, DeclaredColumnsAreTheTrueOnes) {
  each([](const Variant& v, Stream& stream) {
    Plan plan = plan_for(v, stream), more = plan;
    std::vector<std::string> columns = v.reads();
    for (const char* name : {"rollout.bystander", "step.bystander", "token.bystander"}) {
      give_values(more, name, stream, {.missing = kMissing});
      columns.push_back(name);
    }
    RolloutBatch batch = build(more, columns);
    const RolloutBatch untouched = batch;
    run(v, batch);
    const std::vector<std::string> writes = v.writes();
    std::set<std::string> wanted(writes.begin(), writes.end());
    for (const std::string& name : untouched.column_names()) wanted.insert(name);
    const std::vector<std::string> names = batch.column_names();
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()), wanted);
    for (const std::string& name : untouched.column_names()) {
      if (std::count(writes.begin(), writes.end(), name)) continue;
      EXPECT_EQ(difference({read_back(more, batch, name)}, {read_back(more, untouched, name)}, 0), "");
    }
    std::vector<Plan> beside;
    for (const std::string& name : writes) beside.push_back(read_back(more, batch, name));
    EXPECT_EQ(difference(beside, outputs(v, plan), 0), "") << "depends on a column that it does not declare";
    for (const std::string& name : v.reads()) {
      Plan without = plan;
      for_each_place(without, [&](Level, StepKind, Values& values) { values.erase(name); });
      std::vector<std::string> others = v.reads();
      std::erase(others, name);
      RolloutBatch lacking = build(without, others);
      EXPECT_EQ(error_of([&] { run(v, lacking); }, name).rfind("input: ", 0), 0u)
          << name << ": " << error_of([&] { run(v, lacking); }, name);
    }
  });
}

// Token columns in somebody else's memory, with anything at all where the policy did not write.
RolloutBatch borrowing(const Plan& plan, const Variant& v, float garbage, bool observed_first) {
  RolloutBatch batch = build(plan, v.reads());
  for (const std::string& name : v.reads()) {
    const Column from = batch.column(name);
    if (from.level() != Level::token) continue;
    const auto memory = std::make_shared<std::vector<float>>();
    for (size_t t = 0; t < from.size(); ++t) {
      memory->push_back(from.valid(t) ? static_cast<float>(from[t]) : garbage);
    }
    Column& column =
        batch.put_column(name, Column(Level::token, std::span<const float>(*memory), from.info(), memory));
    if (observed_first) column.clear_observed(batch);
    for (size_t t = 0; t < from.size(); ++t) {
      if (!from.valid(t) && column.valid(t)) column.clear(t);
    }
    if (!observed_first) column.clear_observed(batch);
  }
  return batch;
}

TEST_P(Conformance, NothingThatStandsAtAMissingPlaceComesOut) {
  each([](const Variant& v, Stream& stream) {
    const Plan plan = plan_for(v, stream);
    RolloutBatch clean = build(plan, v.reads());
    run(v, clean);
    for (const float garbage : {std::nanf(""), std::numeric_limits<float>::infinity(), 99.0f}) {
      RolloutBatch batch = borrowing(plan, v, garbage, stream.chance(0.5));
      run(v, batch);
      for (const std::string& name : v.writes()) {
        const Column& column = batch.column(name);
        for (size_t i = 0; i < column.size(); ++i) {
          EXPECT_EQ(column.valid(i), clean.column(name).valid(i)) << name << " " << i;
          EXPECT_EQ(column[i], clean.column(name)[i]) << name << " " << i << " beside " << garbage;
          if (!column.valid(i)) {
            EXPECT_EQ(column[i], 0) << name << " " << i;
          }
        }
      }
    }
  });
}

// Where a formula has no value for some numbers, as its description says.
bool undefined_for_some(const Variant& v) {
  static const std::set<std::string> all{"shape.transform", "shape.aggregate", "shape.rescale",
                                         "shape.merge",     "curate.groups",   "curate.balance",
                                         "curate.consensus"};
  // A mark that says which rollouts were cut off decides where the last value counts.
  return all.count(v.name) != 0 || !v.params.value("truncated", "").empty();
}

std::vector<std::vector<bool>> validity(const Variant& v, const RolloutBatch& batch) {
  std::vector<std::vector<bool>> out;
  for (const std::string& name : v.writes()) {
    const Column& column = batch.column(name);
    out.emplace_back();
    for (size_t i = 0; i < column.size(); ++i) {
      out.back().push_back(column.valid(i));
      EXPECT_TRUE(std::isfinite(column[i])) << name << " " << i;
    }
  }
  return out;
}

std::optional<RolloutBatch> outcome(const Variant& v, const Plan& plan, Precision precision) {
  RolloutBatch batch = build(plan, v.reads(), precision);
  try {
    run(v, batch);
  } catch (const Error& error) {
    EXPECT_NE(error.kind(), ErrorKind::internal) << error.what();
    return std::nullopt;
  }
  return batch;
}

TEST_P(Conformance, AnyFloatIsAnErrorOrAValueButNeverMissing) {
  static const std::vector<double> extremes{3.4028234e38, -3.4028234e38, 1e30, -1e30,  1e19, -1e19, 1e-45,
                                            -1e-45,       1e-38,         0.0,  -0.0,   1.0,  -1.0,  200.0,
                                            -200.0,       -800.0,        89.0, 1e-300, 1e5};
  each([](const Variant& v, Stream& stream) {
    Plan plan = plan_for(v, stream);
    const std::optional<RolloutBatch> tame = outcome(v, plan, Precision::single);
    for (int round = 0; round < 6; ++round) {
      Plan wild = plan;
      const double share = stream.chance(0.5) ? 0.1 : 0.6;
      for_each_place(wild, [&](Level, StepKind, Values& values) {
        for (auto& [unused, value] : values) {
          if (value && stream.chance(share))
            value = static_cast<float>(extremes[stream.below(extremes.size())]);
        }
      });
      const std::optional<RolloutBatch> single = outcome(v, wild, Precision::single);
      if (!single) continue;
      const auto valid = validity(v, *single);
      const std::optional<RolloutBatch> full = outcome(v, wild, Precision::full);
      EXPECT_TRUE(full) << "float32 has a value where float64 has none";
      if (full) {
        EXPECT_EQ(valid, validity(v, *full)) << "missing in float32 alone";
      }
      if (tame && !undefined_for_some(v)) {
        EXPECT_EQ(valid, validity(v, *tame)) << "missing for some numbers";
      }
    }
  });
}

TEST_P(Conformance, OrderOfRolloutsDoesNotMatter) {
  each([](const Variant& v, Stream& stream) {
    Plan plan = plan_for(v, stream);
    if (draws_random_numbers(v, plan)) return;
    if (kFirstOfEquals.count(v.name)) {
      if (v.filled.text("rule") == "majority") return;  // answers that are all different are as frequent
      spread_out(plan);
    }
    std::vector<size_t> order(plan.size());
    for (size_t r = 0; r < order.size(); ++r) order[r] = r;
    stream.shuffle(std::span(order));
    Plan shuffled;
    for (const size_t r : order) shuffled.push_back(plan[r]);
    std::vector<Plan> want = outputs(v, plan, Precision::full);
    for (Plan& column : want) {
      Plan moved;
      for (const size_t r : order) moved.push_back(column[r]);
      column = moved;
    }
    // The variant that keeps to another code's float32 sums depends on their order that much.
    const double tolerance = v.params.value("variant", "") == "released" ? 1e-5 : 1e-9;
    EXPECT_EQ(difference(outputs(v, shuffled, Precision::full), want, tolerance), "");
  });
}

TEST_P(Conformance, ObservationsPutInChangeNothing) {
  each([](const Variant& v, Stream& stream) {
    const Plan plan = plan_for(v, stream);
    if (reads_observations(v.name, v.params) || draws_random_numbers(v, plan)) return;
    Plan padded = plan;
    for (PlannedRollout& rollout : padded) {
      PlannedStep gap{.kind = StepKind::observe, .values = {}, .tokens = {}, .added = true};
      gap.tokens.resize(1 + stream.below(3));
      const size_t at = stream.below(rollout.steps.size() + 1);
      rollout.steps.insert(rollout.steps.begin() + static_cast<ptrdiff_t>(at), gap);
    }
    const bool garbage = stream.chance(0.5);
    for (const std::string& name : v.reads()) {
      for (PlannedRollout& rollout : padded) {
        for (PlannedStep& step : rollout.steps) {
          if (step.kind != StepKind::observe || !garbage) continue;
          const Level level = split_column_name(name).first;
          if (level == Level::step) step.values[name] = 1e3 * stream.normal();
          if (level != Level::token) continue;
          for (Values& token : step.tokens) token[name] = 1e3 * stream.normal();
        }
      }
    }
    Plan plain = plan;  // in-place operators leave the old values of observed places
    std::vector<Plan> got = outputs(v, padded), want = outputs(v, plain);
    for (std::vector<Plan>* side : {&got, &want}) {
      for (Plan& column : *side) {
        for_each_place(column, [](Level level, StepKind kind, Values& values) {
          if (level != Level::rollout && kind == StepKind::observe) {
            for (auto& [unused, value] : values) value.reset();
          }
        });
      }
    }
    EXPECT_EQ(difference(got, want, 0), "");
  });
}

TEST_P(Conformance, SplittingTheBatchChangesNoByte) {
  each([](const Variant& v, Stream& stream) {
    const Plan plan = plan_for(v, stream);
    const bool padding = v.params.value("variant", "") == "released";  // the width of the batch counts
    if (v.scope() == "batch" || padding || draws_random_numbers(v, plan)) return;
    ASSERT_TRUE(v.scope() == "group" || v.scope() == "rollout") << v.scope();
    const std::vector<Plan> whole = outputs(v, plan);
    std::map<int64_t, std::vector<size_t>> parts;
    for (size_t r = 0; r < plan.size(); ++r) {
      parts[v.scope() == "group" ? plan[r].group : static_cast<int64_t>(r)].push_back(r);
    }
    for (const auto& [unused, members] : parts) {
      Plan part;
      for (const size_t r : members) part.push_back(plan[r]);
      std::vector<Plan> want(whole.size());
      for (size_t c = 0; c < whole.size(); ++c) {
        for (const size_t r : members) want[c].push_back(whole[c][r]);
      }
      EXPECT_EQ(difference(outputs(v, part), want, 0), "");
    }
  });
}

TEST_P(Conformance, ThreadsAndStorageChangeNoByte) {
  each([](const Variant& v, Stream& stream) {
    RolloutBatch one = build(plan_for(v, stream), v.reads());
    std::istringstream stored(bytes(one));
    RolloutFile file = read_rollouts(stored, "memory", {.strict = true});
    for (const std::string& name : v.reads()) {
      if (!file.batch.has_column(name)) file.batch.add_column(name);  // all missing: nothing is stored
    }
    RolloutBatch two = one, eight = one;
    run(v, one, 1);
    run(v, two, 2);
    run(v, eight, 8);
    run(v, file.batch, 1);
    EXPECT_EQ(bytes(one), bytes(two));
    EXPECT_EQ(bytes(one), bytes(eight));
    EXPECT_EQ(bytes(one), bytes(file.batch));
  });
}

INSTANTIATE_TEST_SUITE_P(EveryOperator, Conformance, ::testing::ValuesIn(operators().names()),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace_if(
                               name.begin(), name.end(),
                               [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
                           return name;
                         });

}  // namespace
}  // namespace gradus
