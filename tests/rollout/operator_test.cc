// What every operator that a registry makes keeps to, whoever calls it.
#include "gradus/rollout/operator.h"

#include <gtest/gtest.h>
#include <limits>

#include "gradus/rollout/pipeline.h"

namespace gradus {
namespace {

class Times : public Operator {
 public:
  explicit Times(double factor) : factor_(factor) {}
  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column in = batch.column("token.x");
    Column& out = batch.add_column("token.y");
    for (size_t t = 0; t < in.size(); ++t) {
      if (in.valid(t)) out.set(t, factor_ * in[t]);
    }
  }

 private:
  double factor_;
};

class Nothing : public Operator {
 public:
  void apply(RolloutBatch&, const OperatorContext&) const override {}
};

OperatorRegistry registry() {
  OperatorRegistry out("operator");
  out.add({.name = "shape.times",
           .params = {number_param("factor", 1.0, "factor")},
           .reads = {"token.x"},
           .writes = {"token.y", "step.other"}},
          [](const Params& params) { return std::make_unique<Times>(params.number("factor")); });
  out.add({.name = "shape.nothing", .reads = {"token.x"}, .writes = {"token.x"}},
          [](const Params&) { return std::make_unique<Nothing>(); });
  out.add({.name = "reward.reader",
           .params = {text_param("reference", "answer", "note"), text_param("other", "", "note, none")},
           .notes = {"{reference}", "{other}", "source"}},
          [](const Params&) { return std::make_unique<Nothing>(); });
  return out;
}

// Two rollouts of two tokens, the second token of each observed, with garbage there.
RolloutBatch borrowed(const std::vector<float>& memory) {
  RolloutBatch batch;
  for (const char* id : {"a", "b"}) {
    batch.add_rollout({.id = id});
    batch.add_step(StepKind::act, "s");
    batch.add_token(1);
    batch.add_step(StepKind::observe, "s");
    batch.add_token(1);
  }
  batch.put_column("token.x", Column(Level::token, std::span<const float>(memory), {}, nullptr))
      .clear_observed(batch);
  return batch;
}

std::string refusal(const std::string& name, const Json& params, RolloutBatch& batch) {
  try {
    registry().make(name, params)->apply(batch, {});
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    return error.what();
  }
  return "";
}

TEST(KeptOperator, AValueThatDoesNotFitNamesOperatorColumnPlaceAndValue) {
  const std::vector<float> memory{1, 9, 2e38f, 9};
  RolloutBatch batch = borrowed(memory);
  const std::string text = refusal("shape.times", {{"factor", 10.0}}, batch);
  for (const char* part :
       {"'shape.times'", "token.y", "token 0 of rollout 1 ('b')", "2e+39", "3.4e38", "float32"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
  }
  EXPECT_EQ(text.find("step.other"), std::string::npos) << text;
  EXPECT_EQ(refusal("shape.times", {{"factor", 1.5}}, batch), "");
}

TEST(KeptOperator, WrittenColumnsReadZeroWhereMissingEvenUntouchedOnes) {
  const std::vector<float> memory{1, 99, 2, std::numeric_limits<float>::quiet_NaN()};
  RolloutBatch batch = borrowed(memory);
  EXPECT_EQ(refusal("shape.nothing", Json::object(), batch), "");
  EXPECT_EQ(batch.column("token.x")[1], 0);
  EXPECT_EQ(batch.column("token.x")[3], 0);
  EXPECT_EQ(batch.column("token.x")[2], 2);
  EXPECT_EQ(memory[1], 99);
}

TEST(KeptOperator, ANoteOfNoRolloutIsRefused) {
  const std::vector<float> memory{1, 1, 1, 1};
  RolloutBatch batch = borrowed(memory);
  batch.set_note("anser", 0, "x");
  batch.set_note("source", 1, "int f;");
  std::string text = refusal("reward.reader", Json::object(), batch);
  EXPECT_NE(text.find("no rollout has the note 'answer', which reward.reader reads (parameter reference)"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("anser"), std::string::npos) << text;
  for (const char* name : {"anser", "rollout.anser"}) {
    EXPECT_EQ(refusal("reward.reader", {{"reference", name}}, batch), "");
  }
  EXPECT_NE(
      refusal("reward.reader", {{"reference", "anser"}, {"other", "more"}}, batch).find("(parameter other)"),
      std::string::npos);
  batch.set_note("rollout.source", 1, "");
  EXPECT_EQ(refusal("reward.reader", {{"reference", "anser"}}, batch), "") << "known, if empty here";
  RolloutBatch other = borrowed(memory);
  other.set_note("answer", 0, "x");
  text = refusal("reward.reader", Json::object(), other);
  EXPECT_NE(text.find("note 'source', which reward.reader reads"), std::string::npos) << text;
  EXPECT_EQ(text.find("parameter"), std::string::npos) << text;
  RolloutBatch empty;
  EXPECT_EQ(refusal("reward.reader", Json::object(), empty), "");
}

TEST(KeptOperator, APipelineSaysWhatItReads) {
  const OperatorRegistry operators = registry();
  Pipeline pipeline(operators, {"token.x"});
  pipeline.add("reward.reader", {{"reference", "rollout.gold"}});
  const auto notes = pipeline.notes();
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_EQ(notes[0].note.note, "gold");
  EXPECT_EQ(notes[0].note.parameter, "reference");
  EXPECT_EQ(notes[1].note.note, "source");
  EXPECT_EQ(notes[1].note.parameter, "");
  EXPECT_TRUE(pipeline.text_readers().empty());
}

}  // namespace
}  // namespace gradus
