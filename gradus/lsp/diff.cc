#include "gradus/lsp/diff.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>

namespace gradus {

namespace {

constexpr int kMaxEdits = 2000;
constexpr size_t kContext = 3;

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  for (size_t at = 0; at < text.size();) {
    const size_t newline = text.find('\n', at);
    const size_t end = newline == std::string_view::npos ? text.size() : newline + 1;
    lines.push_back(text.substr(at, end - at));
    at = end;
  }
  return lines;
}

// One line of the script: kept, removed or added; `old_line` and `new_line` are where it stands.
struct Change {
  char kind;
  size_t old_line, new_line;
};

// Equal numbers for equal lines.
std::vector<int> numbered(const Lines& lines, std::unordered_map<std::string_view, int>& numbers) {
  std::vector<int> out;
  for (const std::string_view line : lines) {
    out.push_back(numbers.emplace(line, static_cast<int>(numbers.size())).first->second);
  }
  return out;
}

// The furthest x on every diagonal for 0, 1, 2, ... edits, until the end is reached; empty where it takes
// more than kMaxEdits. Row d holds the diagonals -d, -d+2, ..., d.
std::vector<std::vector<int>> search(const std::vector<int>& a, const std::vector<int>& b) {
  const int n = static_cast<int>(a.size()), m = static_cast<int>(b.size());
  std::vector<std::vector<int>> rows;
  for (int d = 0; d <= std::min(kMaxEdits, n + m); ++d) {
    std::vector<int> row(static_cast<size_t>(d) + 1);
    for (int i = 0; i <= d; ++i) {
      const int diagonal = 2 * i - d;
      int x = 0;
      if (d > 0) {
        const std::vector<int>& last = rows.back();
        const int down = i < d ? last[i] : -1;           // from the diagonal above: one line added
        const int right = i > 0 ? last[i - 1] + 1 : -1;  // from the one below: one line removed
        x = std::max(down, right);
      }
      int y = x - diagonal;
      while (x < n && y < m && y >= 0 && a[x] == b[y]) ++x, ++y;
      row[i] = x;
      if (x >= n && y >= m) {
        rows.push_back(std::move(row));
        return rows;
      }
    }
    rows.push_back(std::move(row));
  }
  return {};
}

// The script from `search`, walked back from the end. `offset` lines were set aside at the beginning.
std::vector<Change> script(const std::vector<int>& a, const std::vector<int>& b, size_t offset) {
  const std::vector<std::vector<int>> rows = search(a, b);
  std::vector<Change> out;
  if (rows.empty()) {
    for (size_t i = 0; i < a.size(); ++i) out.push_back({'-', offset + i, offset});
    for (size_t i = 0; i < b.size(); ++i) out.push_back({'+', offset + a.size(), offset + i});
    return out;
  }
  int x = static_cast<int>(a.size()), y = static_cast<int>(b.size());
  const auto push = [&](char kind) {
    out.push_back({kind, offset + static_cast<size_t>(x), offset + static_cast<size_t>(y)});
  };
  for (int d = static_cast<int>(rows.size()) - 1; d > 0; --d) {
    const int i = (x - y + d) / 2;
    const std::vector<int>& last = rows[d - 1];
    const int down = i < d ? last[i] : -1, right = i > 0 ? last[i - 1] + 1 : -1;
    const bool added = down >= right;
    const int start = std::max(down, right);  // x after the edit, before the equal lines
    while (x > start) --x, --y, push(' ');
    added ? --y : --x;
    push(added ? '+' : '-');
  }
  while (x > 0 && y > 0) --x, --y, push(' ');
  std::reverse(out.begin(), out.end());
  return out;
}

std::vector<Change> changes_of(const Lines& before, const Lines& after) {
  size_t head = 0, tail = 0;
  const size_t shorter = std::min(before.size(), after.size());
  while (head < shorter && before[head] == after[head]) ++head;
  while (tail < shorter - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) ++tail;
  std::unordered_map<std::string_view, int> numbers;
  const std::vector<int> a = numbered({before.begin() + head, before.end() - tail}, numbers);
  const std::vector<int> b = numbered({after.begin() + head, after.end() - tail}, numbers);
  std::vector<Change> out;
  for (size_t i = 0; i < head; ++i) out.push_back({' ', i, i});
  const std::vector<Change> middle = script(a, b, head);
  out.insert(out.end(), middle.begin(), middle.end());
  for (size_t i = 0; i < tail; ++i) out.push_back({' ', before.size() - tail + i, after.size() - tail + i});
  return out;
}

Hunk hunk_of(const std::vector<Change>& changes, size_t begin, size_t end, const Lines& before,
             const Lines& after) {
  Hunk hunk;
  for (size_t i = begin; i < end; ++i) {
    const Change& change = changes[i];
    hunk.old_count += change.kind != '+';
    hunk.new_count += change.kind != '-';
    hunk.lines.push_back(std::string(1, change.kind));
    hunk.lines.back() += change.kind == '+' ? after[change.new_line] : before[change.old_line];
  }
  // An empty side is numbered by the line before it.
  hunk.old_start = static_cast<int64_t>(changes[begin].old_line) + (hunk.old_count > 0);
  hunk.new_start = static_cast<int64_t>(changes[begin].new_line) + (hunk.new_count > 0);
  return hunk;
}

// As git writes a name with unusual bytes: in quotes, with octal escapes.
std::string quoted(const std::string& path) {
  const bool plain = std::all_of(path.begin(), path.end(), [](unsigned char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
  });
  if (plain) return path;
  std::string out = "\"";
  for (const unsigned char c : path) {
    if (c == '"' || c == '\\') {
      out += fmt::format("\\{}", static_cast<char>(c));
    } else if (c < 0x20 || c >= 0x7f) {
      out += fmt::format("\\{:03o}", c);
    } else {
      out += static_cast<char>(c);
    }
  }
  return out + '"';
}

}  // namespace

std::vector<Hunk> diff_hunks(std::string_view before, std::string_view after) {
  const Lines old_lines = lines_of(before), new_lines = lines_of(after);
  const std::vector<Change> changes = changes_of(old_lines, new_lines);
  std::vector<Hunk> hunks;
  for (size_t i = 0; i < changes.size();) {
    if (changes[i].kind == ' ') {
      ++i;
      continue;
    }
    size_t end = i + 1;  // one past the last change that is near enough to share its context
    for (size_t j = end; j < changes.size() && j - end < 2 * kContext + 1; ++j) {
      if (changes[j].kind != ' ') end = j + 1;
    }
    const size_t last = std::min(end + kContext, changes.size());
    hunks.push_back(hunk_of(changes, i < kContext ? 0 : i - kContext, last, old_lines, new_lines));
    i = last;
  }
  return hunks;
}

Json hunks_json(const std::vector<Hunk>& hunks) {
  Json out = Json::array();
  for (const Hunk& hunk : hunks) {
    out.push_back({{"old_start", hunk.old_start},
                   {"old_count", hunk.old_count},
                   {"new_start", hunk.new_start},
                   {"new_count", hunk.new_count},
                   {"lines", hunk.lines}});
  }
  return out;
}

std::string unified_diff(const std::string& path, const std::optional<std::string>& before,
                         const std::optional<std::string>& after) {
  if (before == after) return "";
  std::string out = fmt::format("--- {}\n+++ {}\n", before ? quoted("a/" + path) : "/dev/null",
                                after ? quoted("b/" + path) : "/dev/null");
  for (const Hunk& hunk : diff_hunks(before.value_or(""), after.value_or(""))) {
    out +=
        fmt::format("@@ -{},{} +{},{} @@\n", hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count);
    for (const std::string& line : hunk.lines) {
      out += line;
      if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
    }
  }
  return out;
}

}  // namespace gradus
