// The parts of 'gradus lsp' that lsp.cc and lsp_records.cc share.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "gradus/cli/command.h"

namespace gradus {

// Runs `action`; an error becomes one paragraph and the published exit code.
int with_published_exit(const std::function<int()>& action);

// trace, schema, recover, doctor.
void add_lsp_records(CLI::App& lsp, Verb& chosen);

}  // namespace gradus
