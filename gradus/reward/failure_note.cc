#include "gradus/reward/failure_note.h"

#include <fmt/format.h>

namespace gradus {

namespace {

constexpr std::string_view kBehind = "_failure";

}  // namespace

std::string failure_note(const std::string& channel) {
  return fmt::format("rollout.{}{}", channel, kBehind);
}

void note_failures(RolloutBatch& batch, const std::string& note, const std::vector<std::string>& failures) {
  const bool noted = batch.has_note(note);
  for (size_t r = 0; r < failures.size(); ++r) {
    if (noted || !failures[r].empty()) batch.set_note(note, r, failures[r]);
  }
}

std::vector<std::string> noted_failures(const RolloutBatch& batch) {
  std::vector<std::string> out;
  for (const std::string& name : batch.note_names()) {
    std::string_view channel = note_key(name);
    if (!channel.ends_with(kBehind)) continue;
    channel.remove_suffix(kBehind.size());
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      if (!batch.note(name, r).empty())
        out.push_back(fmt::format("{}: {}: {}", batch.header(r).id, channel, batch.note(name, r)));
    }
  }
  return out;
}

}  // namespace gradus
