// Paths that lead to an open descriptor of this process: /dev/stdin, /dev/stdout, /dev/fd/N, what a shell's
// <(...) and >(...) become. Such a descriptor is used as it stands: opened a second time it would start anew,
// and a socket would not open at all.
//
//   const std::string target = followed("link-to-stdout");     // "/proc/self/fd/1"
//   own_descriptor(target);                                    // 1; none for the path of a file
#pragma once

#include <optional>
#include <string>

namespace gradus {

// The path behind the symbolic links: one that is no link, or that names an open descriptor. Empty, with
// errno set: the links lead nowhere.
std::string followed(const std::string& path);

std::optional<int> own_descriptor(const std::string& path);  // of a path that was followed

}  // namespace gradus
