// Where a file is that belongs to Gradus and runs apart from it:
//
//   const std::filesystem::path jail = program_part("gradus-jail");
//
// Beside the running program, as a build leaves it, or in ../lib/gradus from there, as it is installed; else
// the same of the command `gradus` on PATH, for programs of other people. Nowhere: the place beside the
// running program, which an error may name.
#pragma once

#include <filesystem>
#include <string>

namespace gradus {

std::filesystem::path program_part(const std::string& name);

}  // namespace gradus
