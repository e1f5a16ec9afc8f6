#include "gradus/base/error.h"

#include <algorithm>
#include <numeric>

namespace gradus {

namespace {

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t substitution = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j + 1] + 1, row[j] + 1, substitution});
    }
  }
  return row[b.size()];
}

}  // namespace

Error::Error(ErrorKind kind, std::string what) : kind_(kind), message_(std::move(what)) {
  render();
}

Error& Error::at(std::string file, int line) {
  file_ = std::move(file);
  line_ = line;
  render();
  return *this;
}

Error& Error::field(std::string name) {
  field_ = std::move(name);
  render();
  return *this;
}

Error& Error::found(std::string value) {
  found_ = std::move(value);
  render();
  return *this;
}

Error& Error::expected(std::string value) {
  expected_ = std::move(value);
  render();
  return *this;
}

Error& Error::hint(std::string text) {
  hint_ = std::move(text);
  render();
  return *this;
}

void Error::render() {
  text_.clear();
  if (!file_.empty()) {
    text_ += file_;
    if (line_ > 0) text_ += ":" + std::to_string(line_);
    text_ += ": ";
  }
  text_ += message_;
  if (!field_.empty()) text_ += " (field '" + field_ + "')";
  if (!found_.empty()) text_ += "; found " + found_;
  if (!expected_.empty()) text_ += "; expected " + expected_;
  if (!hint_.empty()) text_ += "; " + hint_;
}

int Error::exit_code() const {
  switch (kind_) {
    case ErrorKind::input:
      return 2;
    case ErrorKind::refused:
      return 1;
    case ErrorKind::outside:
      return 3;
    case ErrorKind::cancelled:
      return 130;  // the shell's convention for an interrupt
    case ErrorKind::internal:
      return 70;  // EX_SOFTWARE of sysexits.h
  }
  return 70;
}

std::string counted(size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

void require(bool condition, std::string_view what) {
  if (!condition) throw Error::internal("broken invariant: " + std::string(what));
}

std::vector<std::string> nearest_names(std::string_view name, const std::vector<std::string>& known) {
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const std::string& candidate : known) {
    const size_t distance = edit_distance(name, candidate);
    const bool contains = name.size() >= 3 && candidate.find(name) != std::string::npos;
    if (contains || distance <= std::max<size_t>(2, name.size() / 3))
      ranked.emplace_back(distance, candidate);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> out;
  for (size_t i = 0; i < ranked.size() && i < 3; ++i) out.push_back(ranked[i].second);
  return out;
}

std::string suggest(std::string_view name, const std::vector<std::string>& known) {
  const std::vector<std::string> near = nearest_names(name, known);
  std::string text = near.empty() ? "known: " : "did you mean ";
  const std::vector<std::string>& shown = near.empty() ? known : near;
  for (size_t i = 0; i < shown.size(); ++i) {
    if (i > 0) text += near.empty() ? ", " : " or ";
    text += near.empty() ? shown[i] : "'" + shown[i] + "'";
  }
  if (shown.empty()) text += "nothing";
  return near.empty() ? text : text + "?";
}

}  // namespace gradus
