// Environment `code`: write the body of a small C function from a specification; one statement is one step.
//
//   EnvironmentRegistry environments("environment");
//   register_code_environment(environments);
//   auto env = environments.make("code", {{"regime", "neutral"}});
//   std::vector<Task> tasks = env->tasks(Split::train, 20, Stream(1));      // "max a clamp b 0 9"
//
// Prompts are prefix expressions (expression.h) and the token "=>"; bodies are C (vocabulary.h). Compiled
// with libtcc and run in the sandbox on visible tests for the reward, hidden ones for evaluation (cases.h).
//
//   column                value                                                                evaluator
//   rollout.outcome       1 where it ended and passes the visible tests, else 0                code.tests
//   rollout.hidden_pass   1 where it ended and passes all tests, else 0                        code.tests
//   step.necessary        1 where deleting the statement breaks compilation or a test          code.necessity
//   rollout.excess        statements beyond one per operation of the specification             code.reference
//   rollout.cognitive     cognitive complexity (SonarSource rules), on a sample                clang_tidy
//   rollout.tidy          clang-tidy findings outside the families of the reward, on a sample  clang_tidy
//   step.flagged          1 where reward.c_style would put its penalty                         c_style
//   rollout.tokens        response tokens                                                      code.tokens
//
// necessary and excess exist only where the program is right. The sample for clang-tidy is at most 64 evenly
// spread rollouts per call. Regimes differ in their demonstrations alone (demonstration.h).
#pragma once

#include <memory>

#include "gradus/env/environment.h"

namespace gradus {

std::unique_ptr<Environment> make_code_environment(const Params& params);

void register_code_environment(EnvironmentRegistry& registry);

}  // namespace gradus
