// The content address of a workspace on disk: what a trace was recorded on, and what facts are a function of.
//
//   std::string digest = snapshot_digest("/home/me/project");   // 64 hexadecimal digits
//
//   digest = sha256 of the lines "PATH NUL sha256(content)" over all regular files under the root, by path
//
// Links are not followed; the text of a link counts as its content. Left out is what tools write while they
// work, folders named .git, .cache, .gradus, .mypy_cache, __pycache__ and node_modules. Limits: 200,000
// files, 2 GiB in all. The choice of files is ours; the paper speaks of "workspace digests" only.
#pragma once

#include <string>

namespace gradus {

std::string snapshot_digest(const std::string& root);

}  // namespace gradus
