// The version of Gradus, which results say beside their numbers. Packages, wheel and CMake read it here.
#pragma once

namespace gradus {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace gradus
