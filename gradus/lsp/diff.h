// What changed between two texts, by lines: hunks with three lines of context, and the unified diff that
// 'git apply' and 'patch -p1' take.
//
//   const std::vector<Hunk> hunks = diff_hunks("a\nb\n", "a\nc\n");
//   fmt::print("{}", unified_diff("src/a.txt", "a\nb\n", "a\nc\n"));
//   // --- a/src/a.txt
//   // +++ b/src/a.txt
//   // @@ -1,2 +1,2 @@ ...
//
// Shortest edit script: E. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), the greedy
// forward search, after common lines at both ends are set aside. Beyond 2,000 differing lines the search
// stops and everything between the common ends is one replacement: still right, only longer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/base/json.h"

namespace gradus {

struct Hunk {
  int64_t old_start = 0, old_count = 0, new_start = 0, new_count = 0;  // lines from 1; 0 where there are none
  std::vector<std::string> lines;  // " ", "-" or "+" before the line; its line break is part of it
};

std::vector<Hunk> diff_hunks(std::string_view before, std::string_view after);
Json hunks_json(const std::vector<Hunk>& hunks);

// Of one file; nothing before: it is new, nothing after: it is removed. Equal texts give "".
std::string unified_diff(const std::string& path, const std::optional<std::string>& before,
                         const std::optional<std::string>& after);

}  // namespace gradus
