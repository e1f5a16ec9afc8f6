// Answers for people: places with their line, ranked candidates with evidence, diffs in colour; the steps of
// an edit trajectory as a table.
//
//   print_bundle(bundle);          // facts to standard output; what went wrong to standard error
//   print_edit_rewards(paid);      // of gradus/lsp/edit_rewards.h; steps without facts to standard error
#pragma once

#include "gradus/base/json.h"

namespace gradus {

void print_bundle(const Json& bundle);
void print_edit_rewards(const Json& paid);

}  // namespace gradus
