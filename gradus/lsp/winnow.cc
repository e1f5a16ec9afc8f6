#include "gradus/lsp/winnow.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <set>

#include "gradus/base/text.h"

namespace gradus {

namespace {

constexpr uint64_t kFactor = 0x9e3779b97f4a7c15;  // odd, from the golden ratio

uint64_t mixed(uint64_t value) {
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93;
  return value ^ (value >> 32);
}

std::vector<Fingerprint> characters_of(std::string_view text) {
  std::vector<Fingerprint> out;
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    if (!is_space(point.value)) out.push_back({point.value, at});
    at += point.bytes;
  }
  return out;
}

// Of every run of `gram` characters; a rolling polynomial, mixed so that its least is no bias to small
// letters.
std::vector<Fingerprint> hashes_of(const std::vector<Fingerprint>& characters, size_t gram) {
  std::vector<Fingerprint> out;
  uint64_t rolling = 0, highest = 1;
  for (size_t i = 1; i < gram; ++i) highest *= kFactor;
  for (size_t i = 0; i < characters.size(); ++i) {
    if (i >= gram) rolling -= characters[i - gram].hash * highest;
    rolling = rolling * kFactor + characters[i].hash;
    if (i + 1 >= gram) out.push_back({mixed(rolling), characters[i + 1 - gram].byte});
  }
  return out;
}

}  // namespace

std::vector<Fingerprint> winnow(std::string_view text, size_t gram, size_t window) {
  const std::vector<Fingerprint> hashes = hashes_of(characters_of(text), gram);
  std::vector<Fingerprint> out;
  std::deque<size_t> rising;  // places of a window whose hashes rise: the first is its least
  const size_t first_full = std::min(window, hashes.size());
  for (size_t i = 0; i < hashes.size(); ++i) {
    while (!rising.empty() && hashes[rising.back()].hash >= hashes[i].hash) rising.pop_back();
    rising.push_back(i);
    if (rising.front() + window <= i) rising.pop_front();
    if (i + 1 < first_full) continue;
    const Fingerprint& least = hashes[rising.front()];
    if (out.empty() || !(out.back() == least)) out.push_back(least);
  }
  return out;
}

double similarity(const std::vector<Fingerprint>& a, const std::vector<Fingerprint>& b) {
  std::set<uint64_t> left, right;
  for (const Fingerprint& mark : a) left.insert(mark.hash);
  for (const Fingerprint& mark : b) right.insert(mark.hash);
  if (left.empty() && right.empty()) return 1;
  std::vector<uint64_t> both;
  std::set_intersection(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(both));
  return static_cast<double>(both.size()) / static_cast<double>(left.size() + right.size() - both.size());
}

size_t fingerprinted_length(std::string_view text) {
  return characters_of(text).size();
}

}  // namespace gradus
