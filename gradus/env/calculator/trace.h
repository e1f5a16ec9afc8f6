// What happened in a response, token by token: calls with the calculator's answers, the agent's answer,
// anything else.
//
//   CALL 3 + 4 =7  CALL 7 - 2 =5  ANS 5
//   CALL 3 4 + ERR  CALL 3 + 4 =7  ...
//
// A call is CALL and the three tokens after it; the environment answers at once with one token: =d, or ERR
// where there is no digit to give.
//
//   Trace trace = read_trace(tokens, observed);
//   trace.events[0].call;                        // 3 + 4, empty where the three tokens are no operation
//   std::optional<int32_t> token = answer_due(response);   // what the environment must add now, if anything
//
// A =d or ERR that the agent writes itself is no observation and counts for nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradus/env/calculator/task.h"

namespace gradus::calculator {

// Token ids. A result is a token of its own, so that a very small model can tell it from an operand.
inline constexpr int32_t kBegin = 1, kEnd = 2, kDigit = 3, kResult = 13, kCall = 23, kAnswer = 24,
                         kError = 25, kPlus = 26, kMinus = 27, kAsk = 28;
const std::vector<std::string>& token_texts();
std::vector<int32_t> encode(std::string_view text);   // throws Error::input on a word that is no token
std::string decode(std::span<const int32_t> tokens);  // throws Error::input on an id that is none

inline constexpr size_t kCallTokens = 4;  // CALL and three more

enum class EventKind : uint8_t { call, observation, answer, stray };

struct Event {
  EventKind kind = EventKind::stray;
  size_t begin = 0, end = 0;      // tokens
  std::optional<Operation> call;  // of a call: empty where it is malformed
  bool ran = false;               // of a call: the environment answered; false: the response was cut before
  std::optional<int> result;      // of a call: none where it failed; of an answer: the digit, if there is one
  bool ok() const { return ran && result.has_value(); }
};

struct Trace {
  std::vector<Event> events;
  std::optional<int> answer;  // the first one given
};

// `observed` has one entry per token, or none: then nothing was observed.
Trace read_trace(std::span<const int32_t> tokens, std::span<const uint8_t> observed);

// The token that the environment puts after a response that has just completed a call.
std::optional<int32_t> answer_due(std::span<const int32_t> response);

}  // namespace gradus::calculator
