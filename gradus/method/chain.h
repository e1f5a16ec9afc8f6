// A chain: the operators of a published method under a name, with parameters of their own.
//
//   [chain.advantage]
//   about = "process and outcome, each leave-one-out, their returns summed and whitened"
//   parameters = { gamma = 1.0 }
//   operator = [
//     { name = "shape.suffix", channel = "process", gamma = "{gamma}" },
//     { name = "credit.whiten" },
//   ]
//
//   Recipe recipe = filled(method.chain("advantage"), {{"gamma", 0.9}}, place);
//
// A value that is the text "{NAME}", alone or in a list, is the parameter NAME. Its type and range are those
// of the operator's parameter; what is given must be of the kind of the default.
#pragma once

#include "gradus/method/recipe.h"

namespace gradus {

struct Chain {
  std::string name, about;
  Json parameters = Json::object();  // defaults
  Recipe steps;
};

Chain read_chain(const std::string& name, const Section& section);

// With all parameters filled in. Throws an input error for one that the chain does not have, or of another
// kind; `place` is blamed for it.
Recipe filled(const Chain& chain, const Json& given, const Place& place);
// With what stands in an arm's table "with".
Recipe filled(const Chain& chain, const Section& arm);

}  // namespace gradus
