#include "gradus/report/verdict_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <sstream>
#include <string_view>
#include <vector>

namespace gradus {

namespace {

constexpr size_t kWidth = 110;
constexpr std::string_view kMissing = "n/a";

// A column is as wide as its widest cell, up to its limit; a cell that is wider goes on below itself. Indent,
// limits and gaps add up to kWidth at most.
constexpr size_t kColumns = 5;
constexpr std::array<size_t, kColumns> kLimits = {36, 22, 10, 18, 14};
constexpr std::array<bool, kColumns> kRightAligned = {false, false, true, true, false};
constexpr std::string_view kIndent = "  ", kGap = "  ";
static_assert(2 + 36 + 22 + 10 + 18 + 14 + 4 * 2 <= kWidth);

using Line = std::array<std::string, kColumns>;

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not a UTF-8 continuation byte
}

size_t columns_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

// A label could hold control characters, which would steer the terminal.
std::string plain(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return out;
}

std::string cut(const std::string& text, size_t width) {
  if (columns_of(text) <= width) return text;
  size_t end = 0;
  for (size_t seen = 0; end < text.size(); ++end) {
    if (starts_character(text[end]) && seen++ == width - 1) break;
  }
  return text.substr(0, end) + "…";
}

std::string pad(const std::string& text, size_t width, bool right) {
  const std::string space(width - std::min(width, columns_of(text)), ' ');
  return right ? space + text : text + space;
}

std::string text_of(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? plain(it->get_ref<const std::string&>())
                                               : std::string(kMissing);
}

// Lines of whole words, none wider than `width` unless a word is.
std::vector<std::string> lines_of(const std::string& text, size_t width) {
  std::istringstream words(text);
  std::vector<std::string> out;
  std::string line, word;
  while (words >> word) {
    if (!line.empty() && columns_of(line) + 1 + columns_of(word) > width) {
      out.push_back(line);
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  if (!line.empty() || out.empty()) out.push_back(line);
  return out;
}

// As many decimals as the size asks for, the same rule as on the page.
std::string number(const Json& row, const char* key) {
  const auto it = row.find(key);
  if (it == row.end() || !it->is_number()) return std::string(kMissing);
  const double value = it->get<double>();
  const double size = std::abs(value);
  const int decimals = size >= 100 ? 1 : size >= 10 ? 2 : 3;
  const std::string text = fmt::format("{:+.{}f}", value, decimals);
  return text.find_first_of("123456789") == std::string::npos ? text.substr(1) : text;
}

std::string interval(const Json& row) {
  const std::string low = number(row, "low"), high = number(row, "high");
  if (low == kMissing || high == kMissing) return std::string(kMissing);
  return "[" + low + ", " + high + "]";
}

// The label of the entry with this id in a list of {id, label}; the id itself where there is none.
std::string label(const Json& entries, const std::string& id) {
  for (const Json& entry : entries) {
    if (text_of(entry, "id") != id) continue;
    const std::string found = text_of(entry, "label");
    return found == kMissing || found.empty() ? id : found;
  }
  return id;
}

// The verdict, and where Holm's correction alone keeps it open, that.
std::string verdict(const Json& row) {
  const std::string name = text_of(row, "verdict");
  const Json open = row.value("after_holm", Json()), p = row.value("p_holm", Json());
  if (!open.is_boolean() || !open.get<bool>() || !p.is_number()) return name;
  return fmt::format("{} after Holm, p {:.3f}", name, p.get<double>());
}

Line line_of(const Json& results, const Json& row) {
  return {label(results.value("metrics", Json::array()), text_of(row, "metric")),
          text_of(row, "role") + " / " + text_of(row, "baseline_role"), number(row, "difference"),
          interval(row), verdict(row)};
}

std::string print_one(const Line& line, const std::array<size_t, kColumns>& widths) {
  std::string out(kIndent);
  for (size_t i = 0; i < kColumns; ++i) {
    if (i > 0) out += kGap;
    out += pad(cut(line[i], widths[i]), widths[i], kRightAligned[i]);
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out + "\n";
}

std::string print(const Line& line, const std::array<size_t, kColumns>& widths) {
  std::array<std::vector<std::string>, kColumns> cells;
  size_t height = 1;
  for (size_t i = 0; i < kColumns; ++i) {
    cells[i] = kRightAligned[i] ? std::vector{line[i]} : lines_of(line[i], widths[i]);
    height = std::max(height, cells[i].size());
  }
  std::string out;
  for (size_t at = 0; at < height; ++at) {
    Line part;
    for (size_t i = 0; i < kColumns; ++i) part[i] = at < cells[i].size() ? cells[i][at] : "";
    out += print_one(part, widths);
  }
  return out;
}

// Lines within the width, the first after `lead` and the others below its end.
std::string wrapped(const std::string& text, const std::string& lead = "") {
  std::string out, before = lead;
  for (const std::string& line : lines_of(text, kWidth - lead.size())) {
    out += before + line + "\n";
    before.assign(lead.size(), ' ');
  }
  return out;
}

std::string answer(const Json& results) {
  const Json verdict = results.value("verdict", Json::object());
  std::string out = wrapped("verdict: " + text_of(verdict, "answer"));
  for (const char* key : {"sentences", "refusals"}) {
    for (const Json& sentence : verdict.value(key, Json::array())) {
      if (sentence.is_string()) out += wrapped(plain(sentence.get_ref<const std::string&>()));
    }
  }
  return out;
}

// One sentence of its parts.
std::string change(const Json& words, const char* key) {
  std::string out;
  for (const Json& part : words.value(key, Json::object()).value("parts", Json::array())) {
    if (part.is_string()) out += (out.empty() ? "" : "; ") + plain(part.get_ref<const std::string&>());
  }
  return out.empty() ? std::string(kMissing) : out;
}

// What was paid, what was not, and what it cost, arm by arm; "" for results that do not say.
std::string plain_blocks(const Json& results) {
  std::string out;
  const Json verdict = results.value("verdict", Json::object());
  for (const Json& words : verdict.value("plain", Json::array())) {
    out += "\n" + cut(label(results.value("arms", Json::array()), text_of(words, "arm")), kWidth) + "\n";
    out += wrapped(text_of(words, "paid_for"), "  paid for: ");
    out += wrapped(change(words, "paid"), "  paid:     ");
    out += wrapped(change(words, "not_paid"), "  not paid: ");
    out += wrapped(change(words, "cost"), "  cost:     ");
  }
  return out;
}

}  // namespace

std::string verdict_table(const Json& results) {
  const Json arms = results.value("arms", Json::array());
  const Json rows = results.value("rows", Json::array());
  const Line head = {"metric", "role: arm / baseline", "difference", "95 % interval", "verdict"};
  std::vector<Line> lines;
  for (const Json& row : rows) lines.push_back(line_of(results, row));
  std::array<size_t, kColumns> widths{};
  for (size_t i = 0; i < kColumns; ++i) {
    widths[i] = columns_of(head[i]);
    for (const Line& line : lines) widths[i] = std::max(widths[i], columns_of(line[i]));
    widths[i] = std::min(widths[i], kLimits[i]);
  }
  std::string out;
  for (const Json& arm : arms) {
    std::string block;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].value("arm", Json()) == arm.value("id", Json())) block += print(lines[i], widths);
    }
    if (block.empty()) continue;
    const std::string baseline = text_of(results.value("study", Json::object()), "baseline");
    const std::string title = label(arms, text_of(arm, "id")) + ", against " + label(arms, baseline);
    out += cut(title, kWidth) + "\n" + print(head, widths) + block + "\n";
  }
  return out + answer(results) + plain_blocks(results);
}

}  // namespace gradus
