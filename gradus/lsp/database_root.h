// A workspace that its compilation database calls by another path: one with a symbolic link on the way, as
// cmake writes it where it ran behind that link. clangd compares paths by their letters, so it is spoken to
// about the path of the database, and everything else here knows the path without links.
//
//   if (const auto other = root_of_database(profile, root)) connection = renamed(std::move(connection), root,
//                                                                                *other);
//
// Read are those of the profile's config_files that are called compile_commands.json, the first that is
// there.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gradus/lsp/connection.h"
#include "gradus/lsp/profile.h"

namespace gradus {

// Nothing where the database calls the workspace `root`, or there is none. LspError LS_CRASH where it calls
// it by several paths: a server would take one file for two.
std::optional<std::string> root_of_database(const ServerProfile& profile, const std::string& root);

// A connection in which files under `here` are called as if they were under `there`.
std::unique_ptr<Connection> renamed(std::unique_ptr<Connection> inner, const std::string& here,
                                    const std::string& there);

}  // namespace gradus
