#include "gradus/simulation/simulations.h"

#include "gradus/simulation/answer_lengths.h"
#include "gradus/simulation/belief_turns.h"
#include "gradus/simulation/budget_strategies.h"
#include "gradus/simulation/calculator_calls.h"
#include "gradus/simulation/cancelled_errors.h"
#include "gradus/simulation/error_patterns.h"
#include "gradus/simulation/filler_corridor.h"
#include "gradus/simulation/flawed_correct.h"
#include "gradus/simulation/judge_panel.h"
#include "gradus/simulation/judged_turns.h"
#include "gradus/simulation/labelled_errors.h"
#include "gradus/simulation/labelled_traces.h"
#include "gradus/simulation/monotone_draws.h"
#include "gradus/simulation/moved_symbols.h"
#include "gradus/simulation/noisy_scorer.h"
#include "gradus/simulation/noop_steps.h"
#include "gradus/simulation/outcome_groups.h"
#include "gradus/simulation/prover_chain.h"
#include "gradus/simulation/repair_steps.h"
#include "gradus/simulation/repeated_question.h"
#include "gradus/simulation/repeated_step.h"
#include "gradus/simulation/retrieval_turns.h"
#include "gradus/simulation/revisited_grid.h"
#include "gradus/simulation/sampled_solutions.h"
#include "gradus/simulation/score_norms.h"
#include "gradus/simulation/shaped_process.h"
#include "gradus/simulation/shared_errors.h"
#include "gradus/simulation/shortcut_steps.h"
#include "gradus/simulation/split_steps.h"
#include "gradus/simulation/timed_bandit.h"
#include "gradus/simulation/tool_requests.h"
#include "gradus/simulation/uncertain_steps.h"

namespace gradus {

const SimulationRegistry& simulations() {
  static const SimulationRegistry all = [] {
    SimulationRegistry registry{"simulation"};
    register_answer_lengths(registry);
    register_belief_turns(registry);
    register_budget_strategies(registry);
    register_calculator_calls(registry);
    register_cancelled_errors(registry);
    register_error_patterns(registry);
    register_filler_corridor(registry);
    register_flawed_correct(registry);
    register_judge_panel(registry);
    register_judged_turns(registry);
    register_labelled_errors(registry);
    register_labelled_traces(registry);
    register_monotone_draws(registry);
    register_moved_symbols(registry);
    register_noisy_scorer(registry);
    register_noop_steps(registry);
    register_outcome_groups(registry);
    register_prover_chain(registry);
    register_repair_steps(registry);
    register_repeated_question(registry);
    register_repeated_step(registry);
    register_retrieval_turns(registry);
    register_revisited_grid(registry);
    register_sampled_solutions(registry);
    register_score_norms(registry);
    register_shaped_process(registry);
    register_shared_errors(registry);
    register_shortcut_steps(registry);
    register_split_steps(registry);
    register_timed_bandit(registry);
    register_tool_requests(registry);
    register_uncertain_steps(registry);
    return registry;
  }();
  return all;
}

}  // namespace gradus
