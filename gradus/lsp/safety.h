// Is a prospective change safe? Every check by name, and S_t = 1 where all of them hold.
//
//   Safety safety;
//   safety.add("prepared", true);
//   safety.add_plan(jail, plan);           // rehearsal of the apply on a copy
//   if (safety.safe()) ...
//   safety.json();                         // {"safe": true, "checks": [{"name": "prepared", "ok": true}]}
//
// Checks: "prepared" (the server accepted the place; of a rename, where the server offers to be asked),
// "edit" (the answer is a well-formed edit without overlaps, inside the jail, permitted by the filters, of
// the versions that the server was told, and a rename replaces the old name alone), "rehearsed" (the plan
// applies to a copy of its files in a temporary folder), "complete" and "distinct"
// (gradus/lsp/rename_check.h), "judged" (gradus/lsp/result_judge.h). A check in doubt is not ok either: the
// change is not called safe, and may be applied; one that failed keeps it from being applied. Source:
// Lanser-CLI, S_t, has the first three; the others, and the list for changes that a server does not prepare
// (code actions), are ours.
#pragma once

#include <string>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/lsp/edit_plan.h"

namespace gradus {

class Safety {
 public:
  void add(const std::string& name, bool ok, const std::string& why = "");
  void add_doubt(const std::string& name, const std::string& why);
  void add_plan(const EditPlan& plan);  // "rehearsed"

  bool safe() const;
  bool failed() const;  // not only in doubt
  Json json() const;

 private:
  struct Check {
    std::string name;
    bool ok;
    std::string why;
    bool doubt = false;
  };
  std::vector<Check> checks_;
};

}  // namespace gradus
