// An operator reads some columns and notes of a RolloutBatch and writes some columns; its Spec declares
// which. Operators are const while they run; whatever is random comes from the context's stream.
//
// What an OperatorRegistry makes keeps to its description, whoever calls it:
//   - a note that it reads and no rollout has is an Error that names it and the parameter it comes from;
//   - a value that its column cannot hold is an Error with operator, column, place and value, never missing;
//   - missing places of the columns that it writes read 0, whatever stood there in borrowed memory.
#pragma once

#include "gradus/base/random.h"
#include "gradus/base/registry.h"
#include "gradus/rollout/batch.h"

namespace gradus {

struct OperatorContext {
  Stream random{0};     // derived by the caller from run seed and update
  int threads = 1;      // at most; results do not depend on it
  int64_t updates = 0;  // of the policy so far, for schedules
  // What this operator keeps from batch to batch; null at first. None: every batch is the first one.
  Json* memory = nullptr;
};

class Operator {
 public:
  virtual ~Operator() = default;
  virtual void apply(RolloutBatch& batch, const OperatorContext& context) const = 0;
};

class OperatorRegistry : public Registry<Operator> {
 public:
  using Registry<Operator>::Registry;
  void add(Spec spec, Factory factory);
};

// A note that an operator reads, with the parameter that names it ("" where its name is fixed).
struct NoteRead {
  std::string note, parameter;
};

std::vector<NoteRead> notes_read(const Spec& spec, const Params& params);

// "no rollout has the note 'answer', which reward.answer_equal reads (parameter reference)".
Error lacking_note(const RolloutBatch& batch, const std::string& reader, const NoteRead& read);

// True where an operator is where a reward comes from: it has an evaluator, or it makes its columns out of
// texts, lengths or notes and reads no column.
bool is_source(const Spec& spec);

// "level": whose channel is meant, for operators that work on any of the three; columns are then
// "{level}.{channel}".
inline ParamSpec level_param(std::string fallback) {
  return text_param("level", std::move(fallback), "level of the channel", {"rollout", "step", "token"});
}

}  // namespace gradus
