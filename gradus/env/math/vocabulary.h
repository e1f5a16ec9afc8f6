// The tokens of problems and solutions: one per name, number, sign, word and line end.
//
//   Vocabulary vocabulary(17, 10);                         // numbers 0..17, names a..j
//   std::vector<int32_t> ids = vocabulary.encode("answer 5");
//   vocabulary.decode(ids);                                // "answer 5"
//
// In a text tokens stand apart by one blank, the line end by none. encode(decode(ids)) == ids for all ids.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::math {

class Vocabulary {
 public:
  static constexpr int32_t kBegin = 1;
  static constexpr int32_t kEnd = 2;

  Vocabulary(int modulus, int names);

  const std::vector<std::string>& texts() const { return texts_; }
  int32_t line_end() const { return line_end_; }
  int32_t answer() const { return answer_; }

  std::vector<int32_t> encode(std::string_view text) const;  // throws Error::input on a word that is no token
  std::string decode(std::span<const int32_t> ids) const;    // throws Error::input on an id that is none

 private:
  int32_t add(std::string text);

  std::vector<std::string> texts_;
  std::map<std::string, int32_t, std::less<>> ids_;
  int32_t line_end_ = 0, answer_ = 0;
};

}  // namespace gradus::math
