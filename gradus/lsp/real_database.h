// A compilation database that calls files of the workspace by a path with a symbolic link on the way, as
// cmake writes it where it ran behind that link, and as it is when its paths are followed. clangd 14 keeps
// what it finds in a file under the path without links, and then does not find it by the other: it forgets
// every reference in a file that is not open. It is therefore given a copy with the paths without links.
//
//   if (const auto copy = real_database(profile, root))
//     argv.push_back(profile.database_argument + copy->root());
//
// Read is that of the profile's config_files which is called compile_commands.json, the first that is there.
#pragma once

#include <memory>
#include <string>

#include "gradus/base/scratch_folder.h"
#include "gradus/lsp/profile.h"

namespace gradus {

// The folder of the copy. Where servers keep an index beside the database, it is the workspace's own
// (.cache). Null where no copy is needed: there is no database, its paths hold no links, or the profile has
// no argument for it.
std::shared_ptr<const ScratchFolder> real_database(const ServerProfile& profile, const std::string& root);

}  // namespace gradus
