// The folder that the running program lies in: programs and libraries that belong to it lie beside it.
//
//   const std::filesystem::path jail = program_folder() / "gradus-jail";
//
// Links are followed. Throws Error::outside where the system does not tell (/proc is not there).
#pragma once

#include <filesystem>

namespace gradus {

std::filesystem::path program_folder();

}  // namespace gradus
