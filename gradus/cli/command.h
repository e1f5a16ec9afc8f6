// One file per verb: each adds its subcommand to the application and sets what runs when it is chosen.
// A verb returns its exit code: 0 done, 1 ran and the answer is "no"; an Error gives 2 (input), 3 (outside)
// or 130 (stopped).
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <functional>
#include <string>

namespace gradus {

using Verb = std::function<int()>;

// `chosen` is set to the verb of the subcommand that was typed.
void add_study(CLI::App& app, Verb& chosen);
void add_compare(CLI::App& app, Verb& chosen);
void add_report(CLI::App& app, Verb& chosen);
void add_reproduce(CLI::App& app, Verb& chosen);
void add_score(CLI::App& app, Verb& chosen);
void add_eval(CLI::App& app, Verb& chosen);
void add_convert(CLI::App& app, Verb& chosen);
void add_methods(CLI::App& app, Verb& chosen);
void add_operators(CLI::App& app, Verb& chosen);
void add_verify(CLI::App& app, Verb& chosen);
void add_doctor(CLI::App& app, Verb& chosen);
void add_lsp(CLI::App& app, Verb& chosen);

// Set by Ctrl-C and SIGTERM once this was called; a second signal ends the program at once.
const std::atomic<bool>& stop_on_signals();

}  // namespace gradus
