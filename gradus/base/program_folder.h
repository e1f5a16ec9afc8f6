// Where programs are: those that belong to the running one lie beside it, others on PATH.
//
//   const std::filesystem::path jail = program_folder() / "gradus-jail";
//   const std::optional<std::string> git = program_on_path("git");       // nothing: it is not installed
//
// Links are followed. Throws Error::outside where the system does not tell (/proc is not there).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace gradus {

std::filesystem::path program_folder();

// Never below the current folder, which may be somebody else's. A name with a slash is itself.
std::optional<std::string> program_on_path(const std::string& name);

bool can_run(const std::filesystem::path& path);  // a file that this user may execute

}  // namespace gradus
