#include "gradus/rollout/pick.h"

#include <optional>

namespace gradus {

namespace {

void copy_column(const RolloutBatch& from, const std::string& name, std::span<const size_t> rollouts,
                 RolloutBatch& to) {
  const Column& column = from.column(name);
  Column& out = to.add_column(name, column.info());
  size_t at = 0;
  for (const size_t rollout : rollouts) {
    const auto [begin, end] = from.range(column.level(), rollout);
    for (size_t i = begin; i < end; ++i, ++at) {
      if (column.valid(i)) out.set(at, column[i]);
    }
  }
}

std::optional<Error> refusal(const std::function<void(RolloutBatch&)>& work, RolloutBatch& batch) {
  try {
    work(batch);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
    return error;
  }
  return std::nullopt;
}

}  // namespace

RolloutBatch picked(const RolloutBatch& batch, std::span<const size_t> rollouts) {
  RolloutBatch out;
  out.set_precision(batch.precision());
  for (const size_t rollout : rollouts) {
    out.add_rollout(batch.header(rollout));
    for (size_t step = batch.step_begin(rollout); step < batch.step_end(rollout); ++step) {
      out.add_step(batch.kind(step), batch.text(step));
      out.add_tokens(batch.token_ids().subspan(batch.token_begin(step),
                                               batch.token_end(step) - batch.token_begin(step)));
    }
  }
  for (const std::string& name : batch.column_names()) copy_column(batch, name, rollouts, out);
  for (const std::string& name : batch.note_names()) {
    for (size_t i = 0; i < rollouts.size(); ++i) {
      out.set_note(name, i, batch.note(name, rollouts[i]));  // an empty one too: the note is known
    }
  }
  return out;
}

std::vector<BadRollout> without_bad(RolloutBatch& batch, const std::function<void(RolloutBatch&)>& work) {
  const RolloutBatch before = batch;
  const std::optional<Error> error = refusal(work, batch);
  if (!error) return {};
  std::vector<BadRollout> bad;
  std::vector<size_t> good;
  for (size_t r = 0; r < before.rollouts(); ++r) {
    RolloutBatch alone = picked(before, std::span(&r, 1));
    const std::optional<Error> own = refusal(work, alone);
    if (own) {
      bad.push_back({before.header(r).id, *own});
    } else {
      good.push_back(r);
    }
  }
  if (bad.empty()) throw *error;
  if (good.empty()) {
    Error first = bad[0].error;
    throw first.field_name().empty() ? first.field(bad[0].id) : first;
  }
  batch = picked(before, good);
  work(batch);
  return bad;
}

}  // namespace gradus
