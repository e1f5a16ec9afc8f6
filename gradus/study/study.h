// Runs a study: base policies, then every arm with every seed, then the analysis. A study with `sequence`
// goes seed by seed and stops where its question is answered. All work goes through the run store, so a study
// that was stopped anywhere is finished by running it again, to the same bytes.
//
//   StudySpec spec = StudySpec::load("studies/clean_code.toml");
//   Json results = run_study(spec, {.folder = "runs/clean_code", .workers = 2}, events, stop);
//   // results.json, rollouts.jsonl and the run store are in the folder
#pragma once

#include "gradus/study/run.h"

namespace gradus {

struct StudyOptions {
  std::string folder;
  int workers = 1;  // runs at a time; the results do not depend on it
};

Json run_study(const StudySpec& spec, const StudyOptions& options, const StudyEvents& events,
               const std::atomic<bool>& stop);

}  // namespace gradus
