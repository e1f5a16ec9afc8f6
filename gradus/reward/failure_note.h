// Why a rollout has no value although it has a source: what it was judged by died of it, or was too slow.
//
//   note_failures(batch, failure_note("style"), failures);     // "rollout.style_failure", one per rollout
//   for (const std::string& one : noted_failures(batch)) ...   // "ID: style: why"
//
// The values themselves are missing; the notes are written into the file with them.
#pragma once

#include <string>
#include <vector>

#include "gradus/rollout/batch.h"

namespace gradus {

std::string failure_note(const std::string& channel);

// `failures`: one per rollout, "" where there is none. What an earlier run noted there is replaced.
void note_failures(RolloutBatch& batch, const std::string& note, const std::vector<std::string>& failures);

std::vector<std::string> noted_failures(const RolloutBatch& batch);

}  // namespace gradus
