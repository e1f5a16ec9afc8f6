#include "gradus/reward/failure_note.h"

#include <algorithm>
#include <fmt/format.h>

namespace gradus {

namespace {

constexpr std::string_view kBefore = "rollout.", kBehind = "_failure";

}  // namespace

std::string failure_note(const std::string& channel) {
  return fmt::format("{}{}{}", kBefore, channel, kBehind);
}

void note_failures(RolloutBatch& batch, const std::string& note, const std::vector<std::string>& failures) {
  const std::vector<std::string> names = batch.note_names();
  const bool noted = std::find(names.begin(), names.end(), note) != names.end();
  for (size_t r = 0; r < failures.size(); ++r) {
    if (noted || !failures[r].empty()) batch.set_note(note, r, failures[r]);
  }
}

std::vector<std::string> noted_failures(const RolloutBatch& batch) {
  std::vector<std::string> out;
  for (const std::string& name : batch.note_names()) {
    if (!name.starts_with(kBefore) || !name.ends_with(kBehind)) continue;
    const std::string channel = name.substr(kBefore.size(), name.size() - kBefore.size() - kBehind.size());
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      if (!batch.note(name, r).empty())
        out.push_back(fmt::format("{}: {}: {}", batch.header(r).id, channel, batch.note(name, r)));
    }
  }
  return out;
}

}  // namespace gradus
