// The version of Gradus, which results say beside their numbers.
#pragma once

namespace gradus {

inline constexpr const char* kVersion = "0.1.0";  // as in CMakeLists.txt

}  // namespace gradus
