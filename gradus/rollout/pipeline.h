// A reward pipeline: operators in order, each reading and writing declared columns, checked before anything
// runs.
//
//   Pipeline pipeline(operators, {"rollout.outcome"});       // the columns that are there at the start
//   pipeline.add("reward.c_style", {{"penalty", -1.0}}, place);
//   pipeline.add("credit.step_return", {{"channel", "style"}}, place);
//   pipeline.apply(batch, context);
//   std::string text = pipeline.text();                      // reward.c_style(penalty=-1) | credit...
//
// A read column that nothing before it writes is an Error that names the operators that could write it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gradus/rollout/operator.h"

namespace gradus {

// Who judged a column, and out of what parts: evaluator id and shared components.
struct Evaluator {
  std::string id;
  std::vector<std::string> components;
  bool operator<(const Evaluator& other) const { return id < other.id; }
};

class Pipeline {
 public:
  // `evaluators`: who judged each starting column, where it is a judgement.
  Pipeline(const OperatorRegistry& registry, const std::vector<std::string>& columns,
           const std::map<std::string, Evaluator>& evaluators = {});

  void add(const std::string& name, const Json& params, const Place& place = {});
  // `after` is told of every operator that has run, with the columns it wrote.
  // A memory in the context holds those of the operators, by their place in the pipeline.
  using After = std::function<void(const Spec& spec, const std::vector<std::string>& written)>;
  void apply(RolloutBatch& batch, const OperatorContext& context, const After& after = {}) const;

  // The notes that its operators read, and the operators that read the texts of steps.
  struct Reading {
    std::string reader;
    NoteRead note;
  };
  std::vector<Reading> notes() const;
  std::vector<std::string> text_readers() const;

  bool writes(const std::string& column) const { return known_.count(column) != 0; }
  // The evaluators whose judgement reaches a column, through every operator in between. What makes a channel
  // out of texts, lengths or notes and names no evaluator is an evaluator of its own, by its own name.
  std::set<Evaluator> evaluators_of(const std::string& column) const;
  // The judged columns that reach a column, as their sources write them: columns that were there at the start
  // with an evaluator, and what sources (is_source) write.
  std::set<std::string> channels_of(const std::string& column) const;
  std::string text() const;  // one line; defaults left out
  Json json() const;         // name and every parameter of each operator: the resolved configuration

 private:
  struct Stage {
    std::string name;
    Params params;
    Json given;
    std::unique_ptr<Operator> op;
    std::vector<std::string> reads, writes;
  };

  [[noreturn]] void refuse_missing(const Stage& stage, const std::string& column, const Place& place) const;

  const OperatorRegistry& registry_;
  std::set<std::string> known_;
  std::map<std::string, std::set<Evaluator>> judged_;
  std::map<std::string, std::set<std::string>> channels_;  // as channels_of() says, by column
  std::vector<Stage> stages_;
};

}  // namespace gradus
