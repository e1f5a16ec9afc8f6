// The parts of 'gradus lsp' that its files share.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "gradus/base/json.h"
#include "gradus/cli/command.h"

namespace gradus {

// Runs `action`; an error becomes one paragraph and the published exit code.
int with_published_exit(const std::function<int()>& action);

// Error::input where it is no JSON.
Json read_document(const std::string& file);

// What 'reward' answers, for people or as JSON. Exit code 1 where a step has no reward.
int show_edit_rewards(const Json& paid, bool json);

// reward.
void add_lsp_reward(CLI::App& lsp, Verb& chosen);

// trace, schema, recover, doctor.
void add_lsp_records(CLI::App& lsp, Verb& chosen);

}  // namespace gradus
