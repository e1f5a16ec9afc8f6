// What the language server says of files as they would be after a change, before anything is written: their
// new texts are open in it for a moment.
//
//   judge_result(session, plan, {"src/extra.cc"}, safety, [&] { ... });   // check "judged"
//
// "judged" fails where a file has more errors than before, or one behind which others are hidden and had
// none. It is left out where the server publishes nothing and cannot be asked, and it is in doubt where it
// did not answer in time. Nobody else asks the server meanwhile.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradus/lsp/edit_plan.h"
#include "gradus/lsp/safety.h"
#include "gradus/lsp/session.h"

namespace gradus {

// With the turn held. `others`: files that do not change and are judged as well. `in_new_state` runs while
// the new texts are open.
void judge_result(Session& session, const EditPlan& plan, const std::vector<std::string>& others,
                  Safety& safety, const std::function<void()>& in_new_state = {});

}  // namespace gradus
