#include "gradus/env/code/junk.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "gradus/base/error.h"
#include "gradus/env/code/vocabulary.h"

namespace gradus {

namespace {

enum Kind : size_t { unused, dead_store, self_assignment, plain_copy, duplicate, plus_zero, double_negation };
// Plain copies are rare because renamed values are what policies get wrong most often (pilot: 70 % against 86
// % of programs with other junk), which would make sloppiness costly.
constexpr std::array<uint64_t, 7> kWeights = {4, 3, 5, 1, 4, 4, 2};
constexpr std::array<const char*, 3> kParameters = {"a", "b", "c"};

bool has(const Words& words, const std::string& name) {
  return std::find(words.begin(), words.end(), name) != words.end();
}

}  // namespace

std::string token_words(const Words& words) {
  std::string out;
  for (const std::string& word : words) out += out.empty() ? word : " " + word;
  return out;
}

JunkWriter::JunkWriter(std::vector<Words>& body, Stream stream, bool copies)
    : body_(body), stream_(stream), copies_(copies) {
  for (size_t i = 0; i < body.size(); ++i) {
    essential_.push_back(i);
    if (has(body[i], "int")) ++names_;
  }
}

void JunkWriter::put(size_t position) {
  if (position > essential_.back()) {
    const std::string target = kParameters[stream_.below(3)], source = kParameters[stream_.below(3)];
    insert(position,
           {target, "=", source, stream_.chance(0.5) ? "+" : "-", stream_.chance(0.5) ? "1" : "2", ";"});
    return;
  }
  uint64_t total = std::accumulate(kWeights.begin(), kWeights.end(), uint64_t{0});
  for (int attempt = 0; attempt < 20; ++attempt) {
    uint64_t ticket = stream_.below(total);
    size_t kind = 0;
    while (ticket >= kWeights[kind]) ticket -= kWeights[kind++];
    if (try_kind(kind, position)) return;
  }
  require(
      try_on_live_parameter(self_assignment, position) || try_unused(position) || try_dead_store(position),
      "no junk fits into a demonstration");
}

bool JunkWriter::try_kind(size_t kind, size_t position) {
  switch (kind) {
    case unused:
      return try_unused(position);
    case dead_store:
      return try_dead_store(position);
    case plain_copy:
      return copies_ && try_copy(position);
    case duplicate:
      return try_duplicate(position);
    default:
      return try_on_live_parameter(kind, position);
  }
}

bool JunkWriter::try_unused(size_t position) {
  const std::string source = readable_parameter();
  if (!names_left() || source.empty()) return false;
  insert(position, {"int", fresh_name(), "=", "-", source, ";"});
  return true;
}

// c = a - b ; where nothing reads c afterwards.
bool JunkWriter::try_dead_store(size_t position) {
  const std::string target = kParameters[stream_.below(3)];
  const std::string left = readable_parameter();
  const std::string right = stream_.chance(0.5) ? left : readable_parameter();
  if (left.empty() || left == target || right == target || copied_.count(target) != 0 ||
      dead_.count(target) != 0 || used_from(position, target)) {
    return false;
  }
  dead_.insert(target);
  Words words = {target, "=", left, left == right ? "-" : "+", right, ";"};
  insert(position, words);
  last_dead_store_ = std::move(words);
  return true;
}

bool JunkWriter::try_duplicate(size_t position) {
  if (last_dead_store_.empty()) return false;
  insert(position, Words(last_dead_store_));
  return true;
}

// A copy of a name that later statements use; from here on they use the copy.
bool JunkWriter::try_copy(size_t position) {
  if (!names_left()) return false;
  std::vector<std::string> known(kParameters.begin(), kParameters.end());
  for (size_t i = 0; i < position; ++i) {
    if (body_[i][0] == "const") known.push_back(body_[i][2]);
  }
  std::erase_if(known, [&](const std::string& name) { return !used_from(position, name); });
  if (known.empty()) return false;
  const std::string source = known[stream_.below(known.size())];
  const std::string name = fresh_name();
  for (size_t i = position; i < body_.size(); ++i)
    std::replace(body_[i].begin(), body_[i].end(), source, name);
  insert(position, {"const", "int", name, "=", source, ";"});
  copied_.insert(source);
  return true;
}

// A statement that leaves a parameter as it is. Only a self-assignment is junk to reward.c_style whether or
// not the parameter is read later; the others need a reader, or they would be dead stores.
bool JunkWriter::try_on_live_parameter(size_t kind, size_t position) {
  const std::string name = readable_parameter();
  if (name.empty() || copied_.count(name) != 0) return false;
  if (kind == self_assignment) {
    insert(position, {name, "=", "(", name, ")", ";"});
    return true;
  }
  if (pieces_ == 0 || !used_from(position, name)) return false;
  if (kind == double_negation) {
    insert(position, {name, "=", "-", "-", name, ";"});
  } else if (stream_.chance(0.5)) {
    insert(position, {name, "=", name, stream_.chance(0.5) ? "+" : "-", "0", ";"});
  } else {
    insert(position, {name, "=", "0", "+", name, ";"});
  }
  return true;
}

std::string JunkWriter::readable_parameter() {
  std::vector<std::string> known(kParameters.begin(), kParameters.end());
  std::erase_if(known, [&](const std::string& name) { return dead_.count(name) != 0; });
  return known.empty() ? "" : known[stream_.below(known.size())];
}

bool JunkWriter::used_from(size_t position, const std::string& name) const {
  return std::any_of(body_.begin() + static_cast<std::ptrdiff_t>(position), body_.end(),
                     [&](const Words& words) { return has(words, name); });
}

std::string JunkWriter::fresh_name() {
  return kJunkName + std::to_string(names_++);
}

bool JunkWriter::names_left() const {
  return names_ < kTemporaries;
}

void JunkWriter::insert(size_t position, Words words) {
  body_.insert(body_.begin() + static_cast<std::ptrdiff_t>(position), std::move(words));
  for (size_t& place : essential_) {
    if (place >= position) ++place;
  }
  last_dead_store_.clear();
  ++pieces_;
}

}  // namespace gradus
