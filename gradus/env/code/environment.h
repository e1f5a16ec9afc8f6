// Environment `code`: write the body of a small C function from a specification; one statement is one step.
//
//   EnvironmentRegistry environments("environment");
//   register_code_environment(environments);
//   auto env = environments.make("code", {{"regime", "neutral"}, {"habits", 1.0}});
//   std::vector<Task> tasks = env->tasks(Split::train, 20, Stream(1));      // "max a clamp b 0 9"
//
// Prompts are prefix expressions (expression.h) and the token "=>"; bodies are C (vocabulary.h). Compiled
// with libtcc and run in the sandbox on visible tests for the reward, hidden ones for evaluation (cases.h).
//
//   column                  value                                                                evaluator
//   rollout.outcome         1 where it ended and passes the visible tests, else 0                code.tests
//   rollout.hidden_pass     1 where it ended and passes all tests, else 0                        code.tests
//   step.sloppy             1 where the statement is sloppy in any family (sloppiness.h)         code.grammar
//   step.sloppy_fold1, _2   1 where in a family of that fold (habits.h)                          code.grammar
//   step.sloppy_FAMILY      1 where in that family                                               code.grammar
//   step.necessary          1 where deleting the statement breaks compilation or a test code.necessity
//   rollout.excess          statements beyond one per operation of the specification code.reference
//   rollout.cognitive       cognitive complexity (SonarSource rules), on a sample                clang_tidy
//   rollout.tidy            clang-tidy findings, on a sample                                     clang_tidy
//   step.flagged            1 where reward.c_style with all its families would put its penalty   c_style
//   rollout.tokens          response tokens                                                      code.tokens
//
// step.sloppy... exist for every program, right or wrong; necessary and excess only where the program is
// right, and necessary sees what liveness sees: much the same as the families of the reward that need a
// statement of their own. The sample for clang-tidy is at most 64 evenly spread rollouts per call. Regimes
// differ in their demonstrations alone (demonstration.h).
#pragma once

#include <memory>

#include "gradus/env/environment.h"

namespace gradus {

std::unique_ptr<Environment> make_code_environment(const Params& params);

void register_code_environment(EnvironmentRegistry& registry);

}  // namespace gradus
