#include "gradus/simulation/answer_lengths.h"

#include <algorithm>
#include <cmath>

#include "gradus/simulation/episode.h"

namespace gradus {

namespace {

class AnswerLengths : public Simulation {
 public:
  explicit AnswerLengths(const Params& params) : longest_(static_cast<uint64_t>(params.integer("length"))) {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    Numbers out;
    Stream stream = random.child("lengths");
    const size_t length = 1 + stream.below(longest_);
    std::vector<Episode> episodes;
    for (const auto& [tokens, outcome] : {std::pair(length, 1.0), {length, 0.0}, {2 * length, 0.0}}) {
      Turn answer{.state = kNoDecision,
                  .action = 0,
                  .values = {},
                  .kind = StepKind::answer,
                  .tokens = tokens,
                  .text = ""};
      episodes.push_back({.group = 0, .turns = {answer}, .values = {outcome}});
    }
    for (const Arm& arm : arms) {
      RolloutBatch batch = batch_of(episodes, {.rollout = {"outcome"}, .step = {}});
      for (const char* name : {"token.logprob", "token.old_logprob"}) {
        Stream noise = random.child("logprob");
        Column& column = batch.add_column(name);
        for (size_t t = 0; t < batch.tokens(); ++t) column.set(t, -noise.uniform());
      }
      arm.pipeline.apply(batch, {.random = random.child("operators")});
      const Column& slope = batch.column("token.loss_slope");
      out[arm.id + ".long_over_short"] = slope[batch.first_token(2)] / slope[batch.first_token(1)];
      double uneven = 0;
      for (size_t r = 0; r < 3; ++r) {
        for (size_t t = batch.first_token(r); t < batch.last_token(r); ++t) {
          uneven = std::max(uneven, std::abs(slope[t] - slope[batch.first_token(r)]));
        }
      }
      out[arm.id + ".uneven"] = uneven;
    }
    return out;
  }

 private:
  uint64_t longest_;
};

}  // namespace

void register_answer_lengths(SimulationRegistry& registry) {
  registry.add(
      {.name = "answer_lengths",
       .summary = "a short and a long wrong answer: how hard a loss punishes a token of each",
       .paper = "2503.20783, 2503.14476",
       .params = {integer_param("length", 200, "the short answers have 1 to this many tokens", 1, 100000)},
       .reads = {"token.loss_slope"},
       .writes = {"rollout.outcome", "token.logprob", "token.old_logprob"}},
      [](const Params& params) { return std::make_unique<AnswerLengths>(params); });
}

}  // namespace gradus
