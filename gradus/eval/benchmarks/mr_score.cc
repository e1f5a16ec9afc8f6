#include "gradus/eval/benchmarks/mr_score.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <span>

#include "gradus/base/text.h"
#include "gradus/reward/answer/tokens.h"

namespace gradus {

namespace {

constexpr double kCorrectnessWeight = 0.2, kStepWeight = 0.3, kReasonWeight = 0.5;
constexpr int64_t kStepNumbers = 30;  // "step 0" to "step 29" are known

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct Block {
  uint32_t first, last;
};
// Beyond ASCII, what is no letter and no number, by blocks: signs, punctuation, marks, emoji.
constexpr Block kSigns[] = {
    {0x80, 0xa9},       {0xab, 0xb1},        {0xb4, 0xb4},     {0xb6, 0xb8},     {0xbb, 0xbb},
    {0xbf, 0xbf},       {0xd7, 0xd7},        {0xf7, 0xf7},     {0x2c2, 0x2c5},   {0x2d2, 0x2df},
    {0x300, 0x36f},     {0x1680, 0x1680},    {0x2000, 0x206f}, {0x207a, 0x207e}, {0x208a, 0x208e},
    {0x20a0, 0x20ff},   {0x2190, 0x245f},    {0x249c, 0x24e9}, {0x2500, 0x2775}, {0x2794, 0x2bff},
    {0x2e00, 0x2e2e},   {0x2e30, 0x2fff},    {0x3000, 0x3004}, {0x3008, 0x3020}, {0x3030, 0x3030},
    {0x303d, 0x303f},   {0xe000, 0xf8ff},    {0xfe00, 0xfe6f}, {0xfeff, 0xfeff}, {0xff00, 0xff0f},
    {0xff1a, 0xff20},   {0xff3b, 0xff40},    {0xff5b, 0xff65}, {0xffe0, 0xffff}, {0x1f10d, 0x1faff},
    {0xe0000, 0xe01ff}, {0x110000, 0x1100ff}};

// Raised, lowered, circled and Roman numbers, fractions: numbers that are no decimal digits.
constexpr Block kNumbers[] = {{0xb2, 0xb3},     {0xb9, 0xb9},     {0xbc, 0xbe},     {0x2070, 0x2070},
                              {0x2074, 0x2079}, {0x2080, 0x2089}, {0x2150, 0x218b}, {0x2460, 0x249b},
                              {0x24ea, 0x24ff}, {0x2776, 0x2793}};

bool is_in(std::span<const Block> blocks, uint32_t c) {
  return std::any_of(blocks.begin(), blocks.end(),
                     [&](const Block& block) { return c >= block.first && c <= block.last; });
}

// str.isalpha(), or str.isalnum(), of one character; beyond ASCII by blocks.
bool is_letter_or_digit(uint32_t c, bool digits) {
  if (c < 0x80) return is_letter(static_cast<char>(c)) || (digits && c >= '0' && c <= '9');
  if (is_digit(c) || is_in(kNumbers, c)) return digits;
  return !is_in(kSigns, c);
}

// The letters of a text; with digits, these and spaces too.
std::string letters_of(std::string_view text, bool digits_and_spaces) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    const bool space = digits_and_spaces && c.value == ' ';
    if (space || is_letter_or_digit(c.value, digits_and_spaces)) out += text.substr(at, c.bytes);
    at += c.bytes;
  }
  return out;
}

// str.isdigit(): digits of any script, raised and lowered ones too.
bool any_digits(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    const bool raised =
        is_in(kNumbers, c.value) && (c.value < 0xbc || (c.value > 0x2000 && c.value < 0x2100));
    if (!is_digit(c.value) && !raised) return false;
    at += c.bytes;
  }
  return !text.empty();
}

// The number of "step N" with N as `step_mapper` of the released code has it; "" for anything else.
std::string number_of_step(std::string_view lower) {
  if (!lower.starts_with("step ")) return "";
  const std::string number(lower.substr(5));
  const bool plain =
      is_whole_number(number) && (number.size() == 1 || number[0] != '0') && number.size() <= 2;
  return plain && std::stoll(number) < kStepNumbers ? number : "";
}

// The step that the released code compares; "" where it cannot read one. Mr-Ben's takes digits only, with the
// white space that stands around them, and drops signs only from what holds other characters too.
std::string released_step(const std::string& text, MrRule rule) {
  const std::string stripped(trim(text));
  if (any_digits(stripped)) return rule == MrRule::ben ? text : stripped;
  const std::string lower = lower_case(stripped);
  return number_of_step(rule == MrRule::ben ? letters_of(lower, true) : lower);
}

std::string first_number(std::string_view text) {
  const auto is_number = [](char c) { return c >= '0' && c <= '9'; };
  const auto begin = std::find_if(text.begin(), text.end(), is_number);
  std::string digits(begin, std::find_if_not(begin, text.end(), is_number));
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

std::string plain_word(std::string_view text) {
  std::string word;
  std::copy_if(text.begin(), text.end(), std::back_inserter(word), is_letter);
  word = lower_case(word);
  return word == "incorrect" ? "wrong" : word;
}

bool correctness_hit(const MrTruth& truth, const MrAnswer& answer, MrRule rule) {
  if (rule == MrRule::strict) return plain_word(answer.correctness) == (truth.right ? "correct" : "wrong");
  if (rule == MrRule::ben) {
    return letters_of(lower_case(answer.correctness), false) == (truth.right ? "correct" : "incorrect");
  }
  std::string said = lower_case(trim(answer.correctness));
  if (said == "incorrect") said = "wrong";
  return said.find(truth.right ? "correct" : "wrong") != std::string::npos;
}

// A line of code is named by its text, or as "7", "line 7" or "step 7": other digits in it are code.
bool names_line(const MrTruth& truth, const MrAnswer& answer) {
  const std::string_view said = trim(answer.first_step);
  if (!said.empty() && said == trim(truth.step)) return true;
  const std::string number = first_number(truth.number);
  std::string lower = lower_case(said);
  for (const std::string_view word : {"step ", "line "}) {
    if (lower.starts_with(word)) lower.erase(0, word.size());
  }
  return !number.empty() && lower == number;
}

bool step_hit(const MrTruth& truth, const MrAnswer& answer, MrRule rule) {
  if (rule == MrRule::strict) {
    if (truth.coding) return names_line(truth, answer);
    const std::string said = first_number(answer.first_step);
    return !said.empty() && said == first_number(truth.number.empty() ? truth.step : truth.number);
  }
  return released_step(answer.first_step, rule) == truth.step;
}

bool reason_hit(const MrAnswer& answer, MrRule rule) {
  if (rule == MrRule::strict) return plain_word(answer.reason) == "correct";
  return lower_case(answer.reason).find("correct") != std::string::npos;
}

}  // namespace

std::optional<bool> called_right(const MrAnswer& answer) {
  const std::string word = plain_word(answer.correctness);
  if (word == "correct") return true;
  if (word == "wrong") return false;
  return std::nullopt;
}

std::optional<int64_t> named_step(const MrAnswer& answer) {
  const std::string digits = first_number(answer.first_step);
  int64_t number = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return failed == std::errc() ? std::optional(number) : std::nullopt;
}

MrHits judge_answer(const MrTruth& truth, const MrAnswer& answer, MrRule rule) {
  MrHits hits;
  hits.correctness = correctness_hit(truth, answer, rule);
  if (truth.right || !hits.correctness) return hits;
  const bool reason = reason_hit(answer, rule);
  const bool coding = truth.coding && rule != MrRule::gsm8k;
  if (coding && reason) return {true, true, true};
  hits.step = step_hit(truth, answer, rule);
  hits.reason = hits.step && reason;
  return hits;
}

void MrCounts::add(bool is_right, const MrHits& hits) {
  (is_right ? right : wrong) += 1;
  if (hits.correctness) (is_right ? tp : tn) += 1;
  steps += hits.step;
  reasons += hits.reason;
}

Share mr_score(const MrCounts& counts, std::optional<double> mcc_or) {
  const Share mcc = counts.mcc() ? counts.mcc() : mcc_or;
  if (!mcc || !counts.step_accuracy()) return std::nullopt;
  return kCorrectnessWeight * std::max(0.0, *mcc) + kStepWeight * *counts.step_accuracy() +
         kReasonWeight * *counts.reason_accuracy();
}

}  // namespace gradus
