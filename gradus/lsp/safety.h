// Is a prospective change safe? Every check by name, and S_t = 1 where all of them hold.
//
//   Safety safety;
//   safety.add("prepared", true);
//   safety.add_plan(jail, plan);           // rehearsal of the apply on a copy
//   if (safety.safe()) ...
//   safety.json();                         // {"safe": true, "checks": [{"name": "prepared", "ok": true}]}
//
// Checks: "prepared" (the server accepted the place; renames), "edit" (the answer is a well-formed edit
// without overlaps, inside the jail, permitted by the filters, of the versions that the server was told),
// "rehearsed" (the plan applies to a copy of its files in a temporary folder). Source: Lanser-CLI, S_t; for
// changes that a server does not prepare (code actions) the list is ours.
#pragma once

#include <string>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/lsp/edit_plan.h"

namespace gradus {

class Safety {
 public:
  void add(const std::string& name, bool ok, const std::string& why = "");
  void add_plan(const EditPlan& plan);  // "rehearsed"

  bool safe() const;
  Json json() const;

 private:
  struct Check {
    std::string name;
    bool ok;
    std::string why;
  };
  std::vector<Check> checks_;
};

}  // namespace gradus
