#include "gradus/rollout/pipeline.h"

#include <algorithm>
#include <fmt/format.h>

namespace gradus {

Pipeline::Pipeline(const OperatorRegistry& registry, const std::vector<std::string>& columns,
                   const std::map<std::string, Evaluator>& evaluators)
    : registry_(registry), known_(columns.begin(), columns.end()) {
  for (const auto& [column, evaluator] : evaluators) {
    judged_[column].insert(evaluator);
    channels_[column].insert(column);
  }
}

void Pipeline::refuse_missing(const Stage& stage, const std::string& column, const Place& place) const {
  const auto [level, name] = split_column_name(column);
  std::string writers;
  for (const std::string& candidate : registry_.names()) {
    const Spec& spec = registry_.spec(candidate);
    for (const std::string& pattern : spec.writes) {
      const bool open = pattern.find('{') != std::string::npos && pattern.starts_with(level_name(level));
      // An operator that reads the same column only changes it: it does not bring it.
      const bool brings = std::find(spec.reads.begin(), spec.reads.end(), pattern) == spec.reads.end();
      if (brings && (pattern == column || open)) writers += (writers.empty() ? "" : ", ") + candidate;
    }
  }
  const std::vector<std::string> there(known_.begin(), known_.end());
  const std::string near = nearest_names(column, there).empty() ? "" : suggest(column, there) + " ";
  Error error = Error::input(fmt::format("'{}' reads the {} column '{}', and nothing before it writes that",
                                         stage.name, level_name(level), name));
  error.found(there.empty() ? "no columns" : fmt::format("the columns {}", fmt::join(there, ", ")));
  error.hint(near + (writers.empty() ? "no operator writes this column: check the name"
                                     : "add one of these before it: " + writers));
  throw place.mark(error, "");
}

void Pipeline::add(const std::string& name, const Json& given, const Place& place) {
  const Spec& spec = registry_.spec(name, place);
  Stage stage;
  stage.name = name;
  stage.params = Params(spec, given, place);
  stage.given = given;
  stage.reads = stage.params.fill_all(spec.reads);
  stage.writes = stage.params.fill_all(spec.writes);
  std::set<Evaluator> reaching;
  std::set<std::string> channels;
  if (!spec.evaluator.empty()) {
    reaching.insert({spec.evaluator, stage.params.fill_all(spec.components)});
  } else if (spec.texts || spec.reads.empty()) {
    reaching.insert({spec.name, {spec.name}});
  }
  for (const std::string& column : stage.reads) {
    if (!known_.count(column)) refuse_missing(stage, column, place);
    const std::set<Evaluator> judges = evaluators_of(column);
    reaching.insert(judges.begin(), judges.end());
    channels.merge(channels_of(column));
  }
  stage.op = registry_.make(name, given, place);
  for (const std::string& column : stage.writes) {
    known_.insert(column);
    judged_[column] = reaching;
    channels_[column] = is_source(spec) ? std::set{column} : channels;
  }
  stages_.push_back(std::move(stage));
}

void Pipeline::apply(RolloutBatch& batch, const OperatorContext& context, const After& after) const {
  for (size_t i = 0; i < stages_.size(); ++i) {
    stages_[i].op->apply(batch, {.random = context.random.child(i),
                                 .threads = context.threads,
                                 .updates = context.updates,
                                 .memory = context.memory ? &(*context.memory)[std::to_string(i)] : nullptr});
    if (after) after(registry_.spec(stages_[i].name), stages_[i].writes);
  }
}

std::vector<Pipeline::Reading> Pipeline::notes() const {
  std::vector<Reading> out;
  for (const Stage& stage : stages_) {
    for (NoteRead& read : notes_read(registry_.spec(stage.name), stage.params)) {
      out.push_back({stage.name, std::move(read)});
    }
  }
  return out;
}

std::vector<std::string> Pipeline::text_readers() const {
  std::vector<std::string> out;
  for (const Stage& stage : stages_) {
    if (registry_.spec(stage.name).texts) out.push_back(stage.name);
  }
  return out;
}

std::set<Evaluator> Pipeline::evaluators_of(const std::string& column) const {
  const auto it = judged_.find(column);
  return it == judged_.end() ? std::set<Evaluator>{} : it->second;
}

std::set<std::string> Pipeline::channels_of(const std::string& column) const {
  const auto it = channels_.find(column);
  return it == channels_.end() ? std::set<std::string>{} : it->second;
}

std::string Pipeline::text() const {
  std::string out;
  for (const Stage& stage : stages_) {
    if (!out.empty()) out += " | ";
    out += stage.name;
    std::string inner;
    for (const auto& [key, value] : stage.given.items()) {
      inner += (inner.empty() ? "" : ",") + key + "=" +
               (value.is_string() ? value.get<std::string>() : value.dump());
    }
    if (!inner.empty()) out += "(" + inner + ")";
  }
  return out;
}

Json Pipeline::json() const {
  Json out = Json::array();
  for (const Stage& stage : stages_)
    out.push_back({{"operator", stage.name}, {"parameters", stage.params.values()}});
  return out;
}

}  // namespace gradus
