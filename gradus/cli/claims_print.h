// Claims and the numbers of their simulations, for people.
//
//   print_claims(claims_json(recipe, claims));
//   print_numbers(results);     // of simulations
#pragma once

#include "gradus/base/json.h"

namespace gradus {

void print_claims(const Json& claims);
void print_numbers(const Json& results);

}  // namespace gradus
