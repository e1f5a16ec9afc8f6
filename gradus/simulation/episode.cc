#include "gradus/simulation/episode.h"

namespace gradus {

namespace {

RolloutBatch structure_of(const std::vector<Episode>& episodes) {
  RolloutBatch batch;
  for (const Episode& episode : episodes) {
    batch.add_rollout({.id = "", .group = episode.group, .task = "", .prompt = "", .prompt_tokens = {}});
    for (const Turn& turn : episode.turns) {
      batch.add_step(turn.kind, turn.text);
      for (size_t t = 0; t < turn.tokens; ++t) batch.add_token(static_cast<int32_t>(turn.action));
    }
  }
  batch.set_precision(Precision::full);
  return batch;
}

void fill_decisions(const std::vector<Episode>& episodes, RolloutBatch& batch) {
  Column& state = batch.add_column("token.state", {.estimates = "state"});
  Column& action = batch.add_column("token.action", {.estimates = "action"});
  size_t step = 0;
  for (const Episode& episode : episodes) {
    for (const Turn& turn : episode.turns) {
      const size_t first = batch.token_begin(step++);
      if (turn.state == kNoDecision || turn.tokens == 0) continue;
      state.set(first, turn.state);
      action.set(first, static_cast<double>(turn.action));
    }
  }
}

}  // namespace

RolloutBatch batch_of(const std::vector<Episode>& episodes, const Channels& channels) {
  RolloutBatch batch = structure_of(episodes);
  fill_decisions(episodes, batch);
  for (size_t r = 0; r < episodes.size() && !channels.note.empty(); ++r) {
    batch.set_note(channels.note, r, episodes[r].note);
  }
  for (size_t c = 0; c < channels.rollout.size(); ++c) {
    Column& column = batch.add_column("rollout." + channels.rollout[c]);
    for (size_t r = 0; r < episodes.size(); ++r) column.set(r, episodes[r].values.at(c));
  }
  for (size_t c = 0; c < channels.step.size(); ++c) {
    Column& column = batch.add_column("step." + channels.step[c]);
    size_t step = 0;
    for (const Episode& episode : episodes) {
      for (const Turn& turn : episode.turns) column.set(step++, turn.values.at(c));
    }
  }
  return batch;
}

}  // namespace gradus
