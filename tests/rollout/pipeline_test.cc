#include "gradus/rollout/pipeline.h"

#include <gtest/gtest.h>

namespace gradus {
namespace {

class Copy : public Operator {
 public:
  explicit Copy(const Params& params)
      : from_("step." + params.text("from")), to_("step." + params.text("to")) {}
  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column source = batch.column(from_);
    Column& out = batch.add_column(to_);
    for (size_t s = 0; s < source.size(); ++s) {
      if (source.valid(s)) out.set(s, source[s]);
    }
  }

 private:
  std::string from_, to_;
};

class Constant : public Operator {
 public:
  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column& out = batch.add_column("step.prm");
    for (size_t s = 0; s < out.size(); ++s) out.set(s, 0.5f);
  }
};

OperatorRegistry registry() {
  OperatorRegistry out("operator");
  out.add({.name = "shape.copy",
           .summary = "copy a channel",
           .params = {text_param("from", nullptr, "source"), text_param("to", "copy", "target")},
           .reads = {"step.{from}"},
           .writes = {"step.{to}"}},
          [](const Params& params) { return std::make_unique<Copy>(params); });
  out.add({.name = "reward.half",
           .summary = "0.5 everywhere",
           .writes = {"step.prm"},
           .evaluator = "half",
           .components = {"coin"}},
          [](const Params&) { return std::make_unique<Constant>(); });
  return out;
}

TEST(Pipeline, RunsOperatorsInOrder) {
  const OperatorRegistry operators = registry();
  Pipeline pipeline(operators, {});
  pipeline.add("reward.half", Json::object());
  pipeline.add("shape.copy", {{"from", "prm"}, {"to", "twin"}});
  RolloutBatch batch;
  batch.add_rollout({.id = "r"});
  batch.add_step(StepKind::reason, "x");
  pipeline.apply(batch, {});
  EXPECT_FLOAT_EQ(batch.column("step.twin")[0], 0.5f);
  EXPECT_EQ(pipeline.text(), "reward.half | shape.copy(from=prm,to=twin)");
}

TEST(Pipeline, MissingColumnNamesWhoCouldWriteIt) {
  const OperatorRegistry operators = registry();
  Pipeline pipeline(operators, {"rollout.outcome"});
  try {
    pipeline.add(
        "shape.copy", {{"from", "prm"}},
        {.file = "recipe.toml", .path = "operator[0]", .line_of = [](const std::string&) { return 4; }});
    FAIL() << "a missing column was accepted";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_EQ(error.exit_code(), 2);
    EXPECT_EQ(error.line(), 4);
    EXPECT_NE(text.find("reads the step column 'prm'"), std::string::npos) << text;
    EXPECT_NE(text.find("reward.half"), std::string::npos) << text;
    EXPECT_NE(text.find("rollout.outcome"), std::string::npos) << text;
  }
}

TEST(Pipeline, UnknownOperatorSuggestsTheNearest) {
  const OperatorRegistry operators = registry();
  Pipeline pipeline(operators, {});
  try {
    pipeline.add("reward.haf", Json::object());
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'reward.half'"), std::string::npos)
        << error.what();
  }
}

TEST(Pipeline, EvaluatorsReachThroughOperators) {
  const OperatorRegistry operators = registry();
  Pipeline pipeline(operators, {"step.call_ok"}, {{"step.call_ok", {"status", {}}}});
  pipeline.add("reward.half", Json::object());
  pipeline.add("shape.copy", {{"from", "prm"}, {"to", "a"}});
  pipeline.add("shape.copy", {{"from", "call_ok"}, {"to", "b"}});
  ASSERT_EQ(pipeline.evaluators_of("step.a").size(), 1u);
  EXPECT_EQ(pipeline.evaluators_of("step.a").begin()->id, "half");
  EXPECT_EQ(pipeline.evaluators_of("step.b").begin()->id, "status");
  EXPECT_TRUE(pipeline.evaluators_of("step.none").empty());
  EXPECT_EQ(pipeline.channels_of("step.a"), std::set<std::string>{"step.prm"});
  EXPECT_EQ(pipeline.channels_of("step.b"), std::set<std::string>{"step.call_ok"});
  EXPECT_TRUE(pipeline.channels_of("step.none").empty());
}

// Whoever makes a channel out of texts, lengths or notes judges, whether or not its author thought of it.
TEST(Pipeline, ASourceWithoutAnEvaluatorIsItsOwn) {
  OperatorRegistry operators = registry();
  const Spec spec{.name = "shape.counted", .summary = "counts something", .writes = {"step.count"}};
  operators.add(spec, [](const Params&) -> std::unique_ptr<Operator> { return nullptr; });
  Spec reader = spec;
  reader.name = "shape.read";
  reader.reads = {"step.call_ok"};
  reader.writes = {"step.read"};
  reader.texts = true;
  operators.add(reader, [](const Params&) -> std::unique_ptr<Operator> { return nullptr; });
  Pipeline pipeline(operators, {"step.call_ok"}, {{"step.call_ok", {"status", {}}}});
  pipeline.add("shape.counted", Json::object());
  pipeline.add("shape.read", Json::object());
  EXPECT_EQ(pipeline.evaluators_of("step.count").begin()->id, "shape.counted");
  EXPECT_EQ(pipeline.evaluators_of("step.read").size(), 2u);
  EXPECT_EQ(pipeline.channels_of("step.count"), std::set<std::string>{"step.count"});
}

}  // namespace
}  // namespace gradus
