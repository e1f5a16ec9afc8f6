#include "gradus/rollout/operator.h"

#include <algorithm>
#include <fmt/format.h>

namespace gradus {

namespace {

std::string place_text(const RolloutBatch& batch, Level level, size_t index) {
  size_t r = 0;
  while (r + 1 < batch.rollouts() && batch.range(level, r).second <= index) ++r;
  const std::string id = batch.has_texts() ? " ('" + batch.header(r).id + "')" : "";
  if (level == Level::rollout) return fmt::format("rollout {}{}", r, id);
  return fmt::format("{} {} of rollout {}{}", level_name(level), index - batch.range(level, r).first, r, id);
}

// Runs an operator and sees to what every one keeps to.
class Kept : public Operator {
 public:
  Kept(const Spec& spec, const Params& params, std::unique_ptr<Operator> op)
      : name_(spec.name),
        notes_(notes_read(spec, params)),
        writes_(params.fill_all(spec.writes)),
        op_(std::move(op)) {}

  void apply(RolloutBatch& batch, const OperatorContext& context) const override {
    for (const NoteRead& read : notes_) {
      if (batch.rollouts() > 0 && !batch.has_note(read.note)) throw lacking_note(batch, name_, read);
    }
    try {
      op_->apply(batch, context);
    } catch (const ValueTooLarge& error) {
      refuse(batch, error);
    }
    for (const std::string& column : writes_) {
      if (batch.has_column(column)) batch.column(column).settle();
    }
  }

 private:
  [[noreturn]] void refuse(const RolloutBatch& batch, const ValueTooLarge& error) const {
    std::vector<std::string> columns;  // those that it may be
    for (const std::string& column : writes_) {
      if (split_column_name(column).first != error.level()) continue;
      columns.push_back(column);
      if (batch.has_column(column) && &batch.column(column) == error.column()) {
        columns = {column};
        break;
      }
    }
    std::string where = fmt::format("{}", fmt::join(columns, " or "));
    where += (where.empty() ? "" : ", ") + place_text(batch, error.level(), error.index());
    throw Error::input("'" + name_ + "' comes to a value that is too large for its column")
        .field(where)
        .found(error.value())
        .expected(error.limit())
        .hint(
            "look for values that do not belong there, or bound or scale what it reads "
            "(shape.clip, shape.affine)");
  }

  std::string name_;
  std::vector<NoteRead> notes_;
  std::vector<std::string> writes_;
  std::unique_ptr<Operator> op_;
};

}  // namespace

void OperatorRegistry::add(Spec spec, Factory factory) {
  auto kept = [spec, factory = std::move(factory)](const Params& params) -> std::unique_ptr<Operator> {
    return std::make_unique<Kept>(spec, params, factory(params));
  };
  Registry<Operator>::add(std::move(spec), std::move(kept));
}

bool is_source(const Spec& spec) {
  return !spec.evaluator.empty() || spec.reads.empty();
}

std::vector<NoteRead> notes_read(const Spec& spec, const Params& params) {
  std::vector<NoteRead> out;
  for (const std::string& pattern : spec.notes) {
    const bool named = pattern.size() > 2 && pattern.front() == '{' && pattern.back() == '}';
    for (const std::string& name : params.fill(pattern)) {
      out.push_back({std::string(note_key(name)), named ? pattern.substr(1, pattern.size() - 2) : ""});
    }
  }
  return out;
}

Error lacking_note(const RolloutBatch& batch, const std::string& reader, const NoteRead& read) {
  std::vector<std::string> there;
  for (const std::string& name : batch.note_names()) {
    if (batch.rollouts_with_note(name) > 0) there.push_back(name);
  }
  Error error =
      Error::input(fmt::format("no rollout has the note '{}', which {} reads{}", read.note, reader,
                               read.parameter.empty() ? "" : fmt::format(" (parameter {})", read.parameter)));
  error.found(there.empty() ? "no notes" : fmt::format("the notes {}", fmt::join(there, ", ")));
  error.hint(read.parameter.empty()
                 ? "add it to the rollouts: \"notes\": {\"" + read.note + "\": ...}"
                 : "add it to the rollouts, or name another note with '" + read.parameter + "'");
  return error;
}

}  // namespace gradus
