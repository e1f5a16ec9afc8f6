#include "gradus/eval/benchmarks/mr_score.h"

#include <algorithm>
#include <charconv>

#include "gradus/base/text.h"

namespace gradus {

namespace {

constexpr double kCorrectnessWeight = 0.2, kStepWeight = 0.3, kReasonWeight = 0.5;
constexpr int64_t kStepNumbers = 30;  // "step 0" to "step 29" are known

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string letters_of(std::string_view text, bool digits_and_spaces) {
  std::string out;
  for (const char c : text) {
    const bool other = digits_and_spaces && ((c >= '0' && c <= '9') || c == ' ' || (c >= '\t' && c <= '\r'));
    if (is_letter(c) || other) out += c;
  }
  return out;
}

// Digits as they are, or the number of "step N"; "" for anything else.
std::string released_step(std::string_view text) {
  text = trim(text);
  if (all_digits(text)) return std::string(text);
  const std::string lower = lower_case(text);
  if (!lower.starts_with("step ")) return "";
  const std::string number = lower.substr(5);
  const bool plain = all_digits(number) && (number.size() == 1 || number[0] != '0') && number.size() <= 2;
  return plain && std::stoll(number) < kStepNumbers ? number : "";
}

std::string first_number(std::string_view text) {
  const auto is_number = [](char c) { return c >= '0' && c <= '9'; };
  const auto begin = std::find_if(text.begin(), text.end(), is_number);
  std::string digits(begin, std::find_if_not(begin, text.end(), is_number));
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

std::string plain_word(std::string_view text) {
  const std::string word = lower_case(letters_of(text, false));
  return word == "incorrect" ? "wrong" : word;
}

bool correctness_hit(const MrTruth& truth, const MrAnswer& answer, MrRule rule) {
  if (rule == MrRule::strict) return plain_word(answer.correctness) == (truth.right ? "correct" : "wrong");
  if (rule == MrRule::ben) {
    return lower_case(letters_of(answer.correctness, false)) == (truth.right ? "correct" : "incorrect");
  }
  std::string said = lower_case(trim(answer.correctness));
  if (said == "incorrect") said = "wrong";
  return said.find(truth.right ? "correct" : "wrong") != std::string::npos;
}

bool step_hit(const MrTruth& truth, const MrAnswer& answer, MrRule rule) {
  if (rule == MrRule::strict) {
    const std::string said = first_number(answer.first_step);
    return !said.empty() && said == first_number(truth.step);
  }
  const std::string text = rule == MrRule::ben ? letters_of(answer.first_step, true) : answer.first_step;
  return released_step(text) == truth.step;
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
