// `gradus eval select`, a command below `gradus eval`.
//
//   add_eval_select(*eval, chosen);
#pragma once

#include "gradus/cli/command.h"

namespace gradus {

void add_eval_select(CLI::App& eval, Verb& chosen);

}  // namespace gradus
