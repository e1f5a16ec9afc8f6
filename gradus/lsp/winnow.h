// Winnowing (Schleimer, Wilkerson, Aiken 2003): fingerprints by which texts that share a passage are known
// to.
//
//   drop white space; hash every run of k characters; slide a window of w hashes and keep the least of each,
//   the rightmost of equals
//
// Two texts that share w + k - 1 characters share a fingerprint: 10 with the k = 7 and w = 4 of the
// Lanser-CLI paper. Fewer than k characters have none; fewer than w hashes keep their least.
//
//   const std::vector<Fingerprint> marks = winnow("def load_data(path):");
//   marks[0].hash; marks[0].byte;                    // the hash, and the byte at which its run begins
//   similarity(winnow(a), winnow(b));                // shared share of the sets of hashes (Jaccard)
//   fingerprinted_length("a b");                     // 2: characters that are no white space
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gradus {

inline constexpr size_t kGram = 7, kWindow = 4;

struct Fingerprint {
  uint64_t hash = 0;
  size_t byte = 0;
  bool operator==(const Fingerprint&) const = default;
};

std::vector<Fingerprint> winnow(std::string_view text, size_t gram = kGram, size_t window = kWindow);
double similarity(const std::vector<Fingerprint>& a,
                  const std::vector<Fingerprint>& b);  // 1 where both are empty
size_t fingerprinted_length(std::string_view text);

}  // namespace gradus
