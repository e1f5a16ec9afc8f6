// Analysis bundles for people: places with their line, ranked candidates with evidence, diffs in colour.
//
//   print_bundle(bundle);          // facts to standard output; what went wrong to standard error
#pragma once

#include "gradus/base/json.h"

namespace gradus {

void print_bundle(const Json& bundle);

}  // namespace gradus
