// A simulation: a small world whose truth is known, in which the claim of a paper can be checked in seconds.
// It makes rollouts, lets the operators of every arm work on them, and measures what came out; it never
// computes a method's rule itself, so what it says is said of the registered operators.
//
// Its Spec lists the columns that its batches have before an arm's operators run (writes) and those that it
// takes from their result (reads).
//
//   const auto world = simulations().make("filler_corridor", {{"updates", 400}});
//   std::vector<Arm> arms;
//   arms.push_back({"sum", std::move(summed)});
//   arms.push_back({"min", std::move(worst)});
//   auto found = measure(*world, arms, {.baseline = "sum", .seeds = 10, .random = Stream(1), .threads = 2});
//   found.at("min.filler_share").value;              // mean over seeds; .low and .high: its 95 % interval
//   found.at("min.filler_share.difference").high;    // paired with the baseline, seed by seed
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gradus/rollout/pipeline.h"

namespace gradus {

struct Arm {
  std::string id;
  Pipeline pipeline;
};

// What one seed gave: "ARM.NUMBER", or "NUMBER" where no single arm is meant.
using Numbers = std::map<std::string, double>;

class Simulation {
 public:
  virtual ~Simulation() = default;
  // The same stream for all arms, so that they are paired. Every seed must give the same names.
  virtual Numbers draw(const std::vector<Arm>& arms, const Stream& random) const = 0;
};

using SimulationRegistry = Registry<Simulation>;

// A number over seeds.
struct Estimate {
  double value = 0;          // mean over seeds
  double low = 0, high = 0;  // 95 % interval: bootstrap over seeds, on the scale of the t interval
  double min = 0, max = 0;   // of single seeds
  size_t seeds = 0;
};

struct MeasureOptions {
  std::string baseline;  // arm that the others are compared with; "": none
  size_t seeds = 1;
  Stream random{0};
  int threads = 1;  // results do not depend on it
};

// Every number of the simulation; for arms other than the baseline also "ARM.NUMBER.difference" and, where
// the baseline's mean is not 0, "ARM.NUMBER.ratio" (ratio of the means; interval: percentiles over seeds).
std::map<std::string, Estimate> measure(const Simulation& simulation, const std::vector<Arm>& arms,
                                        const MeasureOptions& options);

}  // namespace gradus
