// A small results document of the shape that docs/results-json.md gives.
#pragma once

#include "gradus/base/json.h"

namespace gradus {

inline Json small_document() {
  return Json::parse(R"({
    "schema": "gradus.study/1",
    "study": {"name": "s", "title": "T", "baseline": "o", "primary": "need", "constraint": "pass", "margin": 0.02},
    "arms": [{"id": "o", "label": "outcome"}, {"id": "op", "label": "outcome + process"}],
    "metrics": [{"id": "pass", "label": "Pass rate"}, {"id": "need", "label": "Necessary statements"}],
    "rows": [
      {"arm": "op", "metric": "pass", "role": "optimised", "baseline_role": "optimised", "difference": -0.0001,
       "low": -0.012, "high": 0.012, "verdict": "non-inferior"},
      {"arm": "op", "metric": "need", "role": "held-out", "baseline_role": "proximal", "difference": 12.3456,
       "low": null, "high": 0.25, "verdict": "better"}],
    "verdict": {"answer": "yes", "sentences": ["First sentence.", "Second sentence."], "refusals": ["Refused."]},
    "rollouts": []
  })");
}

}  // namespace gradus
