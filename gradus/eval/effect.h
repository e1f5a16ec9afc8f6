// The effect of an arm over paired seeds, with an interval that knows what the seeds have in common.
//
//   PairedStudy study = {.seeds = ..., .bases = {0, 1, 2}};    // seeds[i][t]: task t under paired seed i
//   std::optional<Effect> effect = effect_of(study, Looks::one);
//   effect->low; effect->high;                 // 95 % interval of the mean difference
//   effect->lower_bound > -margin;             // one-sided 95 %: non-inferior
//
// The interval speaks of new base policies, new seeds on them and new tasks. Three things vary, and a seed
// shares two of them with others: its base policy, and the tasks that other seeds met too (tasks are crossed
// with seeds). With d_b the mean difference of base policy b and e_bt what task t adds to the mean through
// b's seeds (centred within a seed),
//
//   V = V_base + max(0, V_task - V_cell)
//   V_base = B/(B-1) sum_b w_b^2 (d_b - d)^2          B bases, w_b their share of the seeds
//   V_task = G/(G-1) sum_t (sum_b e_bt)^2             over the G tasks that two bases or more have met
//   V_cell = G/(G-1) sum_t k_t/(k_t-1) sum_b (e_bt - mean_b e_bt)^2       k_t bases have met task t
//
// which is the analysis of variance of a two-way crossed design with random effects (Searle, Casella and
// McCulloch 1992, chapter 4; for unequal cells the two-way clustering of Cameron, Gelbach and Miller 2011).
// The interval is mean +- t * sqrt(V), with degrees of freedom by Satterthwaite (1946) from those of the
// three parts: B-1, G-1 and sum_t (k_t-1) - (B-1), and at least 1. Where every seed has a base policy and
// tasks of its own it is the paired t interval over seeds. Measured coverage: tests/eval/coverage_test.cc.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "gradus/eval/statistics.h"

namespace gradus {

// One task under one seed; a side that has no value has has_... = 0 and value 0. Values may be sums, with the
// number of their terms in has_....
struct PairedTask {
  size_t task = 0;  // equal numbers, equal tasks: the same for all seeds
  double arm = 0, baseline = 0;
  double has_arm = 0, has_baseline = 0;
};

using PairedSeeds = std::vector<std::vector<PairedTask>>;

struct PairedStudy {
  PairedSeeds seeds;           // each has a value on both sides
  std::vector<int64_t> bases;  // of each seed: the base policy that it started from
};

// How often the results are looked at: once, with the number of seeds fixed before; or after every seed, with
// the right to stop (anytime.h).
enum class Looks { one, every_seed };

struct Effect {
  double mean = 0;
  double error = 0;                         // standard error of the mean
  double base_variance = 0;                 // of the mean: base policies, seeds on them, and their own tasks
  double task_variance = 0;                 // of the mean: tasks that seeds share
  size_t bases = 0;                         // how many
  double degrees = 0;                       // of freedom
  double low = 0, high = 0;                 // two-sided 95 %
  double lower_bound = 0, upper_bound = 0;  // one-sided 95 % each
  std::optional<double> p;                  // two-sided, of no effect; none where nothing varies
};

// Mean over tasks of the arm minus that of the baseline; none where a side has no value at all.
std::optional<double> seed_difference(std::span<const PairedTask> tasks);

// Mean difference of each base policy, by ascending base.
std::vector<double> base_differences(const PairedStudy& study);

// None for fewer than two base policies, or where as few as there are bound nothing yet (Looks::every_seed).
std::optional<Effect> effect_of(const PairedStudy& study, Looks looks);

}  // namespace gradus
