// Files of real data that golden sets name: "data/prmbench/x.jsonl".
//
//   const Json rows = real_json(verifying, in.at("file").get<std::string>());
//
// Resolved against the folder given with --data, and against the one above it, because a name begins with the
// folder that holds them all.
#pragma once

#include <string>

#include "gradus/verify/adapter.h"

namespace gradus {

// Throws Error::input naming the folders that were searched.
std::string real_file(const Verifying& verifying, const std::string& name);

Json real_json(const Verifying& verifying, const std::string& name);

}  // namespace gradus
