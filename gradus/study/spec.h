// A study, read from TOML and checked before anything runs: environment, policy, training, evaluation, arms,
// seeds.
//
//   StudySpec spec = StudySpec::load("studies/clean_code.toml");
//   spec.key_of_run(arm, seed);   // content address: equal resolved configuration, equal key, computed once
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gradus/learn/policy.h"
#include "gradus/study/recipe.h"

namespace gradus {

struct ArmSpec {
  std::string id, label;
  std::string primary;  // metric id by which this arm is judged; "": the study's
  Recipe recipe;
  Place place;
};

struct TrainingSpec {
  int updates = 0;
  int prompts = 0;  // tasks per update
  int samples = 0;  // rollouts per task: the group
  double temperature = 1.0;
  Objective objective;
};

struct EvaluationSpec {
  std::string primary;     // metric id: the quantity of interest, held out from every arm
  std::string constraint;  // metric id: must not get worse
  double margin = 0;       // non-inferiority margin on the constraint, fixed in advance
  int every = 0;           // updates between checkpoints
  int tasks = 0;
  int samples = 0;  // rollouts per task
  int draws = 10000;
  int viewer = 0;         // tasks whose rollouts the report shows
  bool sequence = false;  // look after every seed, and stop when the question is answered
  // Expected standard deviation over seeds of an arm's difference to the baseline; none: from an earlier run.
  std::optional<double> primary_spread, constraint_spread;
};

struct StudySpec {
  static StudySpec load(const std::string& path);
  static StudySpec parse(const Config& config);

  // Fresh seeds derived from one number, in place of those of the file.
  void reseed(uint64_t seed);
  // Another number of seeds: those that both numbers have stay the same, and so do their runs.
  void set_seed_count(size_t count);
  // The named arms and the baseline; their runs stay the same. Throws an input error for a name that no arm
  // has.
  void keep_arms(const std::vector<std::string>& wanted);

  std::string key_of_base(size_t base) const;   // base policy
  std::string key_of_start(size_t seed) const;  // evaluation of the base policy with a seed's streams
  std::string key_of_run(const ArmSpec& arm, size_t seed) const;  // one arm, one seed
  // Of everything that decides the bytes of results.json: equal keys, equal results.
  std::string key() const;
  size_t bases() const { return base_policies > 0 ? static_cast<size_t>(base_policies) : seeds.size(); }
  size_t base_of(size_t seed) const { return seed % bases(); }
  std::unique_ptr<Environment> make_environment() const;
  const ArmSpec& arm(const std::string& id) const;

  std::string name, title, question, file;
  std::string environment;
  Json environment_params;
  Place environment_place;
  PolicyConfig policy;    // vocabulary and context come from the environment
  int base_policies = 0;  // 0: one for each seed
  int demonstrations = 0;
  FitOptions fit;
  TrainingSpec training;
  EvaluationSpec evaluation;
  std::vector<uint64_t> seeds;
  std::string baseline;
  std::vector<ArmSpec> arms;

 private:
  Json resolved_base(size_t base) const;
  Json resolved_evaluation() const;
  Json resolved_training() const;
};

}  // namespace gradus
