// shape.phrases: how many of some phrases occur in the texts of a rollout.
//
// A frozen copy of the model puts progress lines into a program ("data loaded", "model trained"); the ones
// that show up in the output give partial credit (arXiv 2509.01684, seven lines, 0.1 each). Every phrase
// counts once, however often it comes up; letters must agree. The paper matches regular expressions; fixed
// phrases do the same for lines that the instrumentation itself writes, in linear time on text that a model
// has written.
//
//   [[operator]]
//   name = "shape.phrases"
//   phrases = ["data loaded", "model trained"]
//   kinds = ["observe"]
//   into = "progress"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_phrases(OperatorRegistry& registry);

}  // namespace gradus
