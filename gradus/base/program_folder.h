// Where programs are: the running one, and others on PATH. What belongs to Gradus finds program_part.h.
//
//   const std::filesystem::path here = program_folder();
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
