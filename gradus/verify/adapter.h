// From a golden function to our operators: one adapter per (method, function), all cases of any shape.
//
//   void verify_rloo(Adapters& adapters) {
//     adapters.add("rloo", "compute_rloo_outcome_advantage", [](const Json& in, const Verifying&) {
//       DenseBatch dense(in.at("mask"), in.at("group"));
//       dense.put("rollout.outcome", in.at("rewards"));
//       dense.run("credit.rloo", {{"into", "advantage"}});
//       return Verified{{{"advantages", dense.get("token.advantage")}}};
//     });
//   }
//
// An adapter only translates: the arithmetic is in the operators that everybody uses.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "gradus/base/json.h"

namespace gradus {

struct Verifying {
  std::string data;  // folder of real data files, for the sets that name some
};

struct Verified {
  Json outputs;                 // by the names of the expected outputs
  Json where = Json::object();  // see compare()
};

using Adapter = std::function<Verified(const Json& inputs, const Verifying& verifying)>;

class Adapters {
 public:
  void add(const std::string& method, const std::string& function, Adapter adapter);
  const Adapter* find(const std::string& method, const std::string& function) const;  // nullptr: nobody's

 private:
  std::map<std::pair<std::string, std::string>, Adapter> all_;
};

const Adapters& adapters();  // of all methods

}  // namespace gradus
