#include "gradus/env/calculator/trace.h"

#include <algorithm>

#include "gradus/base/error.h"

namespace gradus::calculator {
namespace {

std::vector<std::string> make_texts() {
  std::vector<std::string> texts{"<pad>", "<begin>", "<end>"};
  for (int i = 0; i <= 9; ++i) texts.push_back(std::to_string(i));
  for (int i = 0; i <= 9; ++i) texts.push_back("=" + std::to_string(i));
  for (const char* text : {"CALL", "ANS", "ERR", "+", "-", "?"}) texts.push_back(text);
  return texts;
}

std::optional<int> digit_of(int32_t token) {
  if (token < kDigit || token >= kDigit + 10) return std::nullopt;
  return token - kDigit;
}

// The three tokens after CALL as an operation; empty where they are none.
std::optional<Operation> operation_of(std::span<const int32_t> tokens) {
  const auto left = digit_of(tokens[0]), right = digit_of(tokens[2]);
  const bool known = tokens[1] == kPlus || tokens[1] == kMinus;
  if (!left || !right || !known) return std::nullopt;
  return Operation{*left, tokens[1] == kPlus ? '+' : '-', *right};
}

// Up to three tokens after CALL, fewer where the response ends or an observation comes before.
size_t call_end(std::span<const int32_t> tokens, std::span<const uint8_t> observed, size_t begin) {
  size_t end = begin + 1;
  while (end < tokens.size() && end < begin + kCallTokens && tokens[end] != kEnd && !observed[end]) ++end;
  return end;
}

Event read_call(std::span<const int32_t> tokens, std::span<const uint8_t> observed, size_t begin) {
  Event event{.kind = EventKind::call, .begin = begin, .end = call_end(tokens, observed, begin)};
  const bool complete = event.end == begin + kCallTokens;
  event.ran = complete && event.end < tokens.size() && observed[event.end];
  if (complete) event.call = operation_of(tokens.subspan(begin + 1, kCallTokens - 1));
  if (event.ran && event.call) event.result = evaluate(*event.call);
  return event;
}

Event read_answer(std::span<const int32_t> tokens, std::span<const uint8_t> observed, size_t begin) {
  Event event{.kind = EventKind::answer, .begin = begin, .end = begin + 1};
  if (event.end < tokens.size() && !observed[event.end]) event.result = digit_of(tokens[event.end]);
  if (event.result) ++event.end;
  return event;
}

Event read_event(std::span<const int32_t> tokens, std::span<const uint8_t> observed, size_t begin) {
  if (observed[begin]) return {.kind = EventKind::observation, .begin = begin, .end = begin + 1};
  if (tokens[begin] == kCall) return read_call(tokens, observed, begin);
  if (tokens[begin] == kAnswer) return read_answer(tokens, observed, begin);
  return {.begin = begin, .end = begin + 1};
}

// The end token belongs to what it ends; stray tokens in a row, and observations in a row, are one event.
bool joins(const Event& event, const Event& next, int32_t token) {
  if (event.kind == EventKind::observation) return next.kind == EventKind::observation;
  return next.kind == EventKind::stray && (token == kEnd || event.kind == EventKind::stray);
}

}  // namespace

const std::vector<std::string>& token_texts() {
  static const std::vector<std::string> texts = make_texts();
  return texts;
}

std::vector<int32_t> encode(std::string_view text) {
  std::vector<int32_t> out;
  const auto& texts = token_texts();
  while (!text.empty()) {
    const size_t length = std::min(text.find(' '), text.size());
    const auto it = std::find(texts.begin(), texts.end(), text.substr(0, length));
    if (it == texts.end()) {
      throw Error::input("not a word of the calculator vocabulary")
          .found("'" + std::string(text.substr(0, std::min<size_t>(length, 40))) + "'");
    }
    out.push_back(static_cast<int32_t>(it - texts.begin()));
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return out;
}

std::string decode(std::span<const int32_t> tokens) {
  std::string out;
  for (const int32_t token : tokens) {
    if (token < 0 || static_cast<size_t>(token) >= token_texts().size()) {
      throw Error::input("not a token of the calculator vocabulary")
          .found(std::to_string(token))
          .expected("0.." + std::to_string(token_texts().size() - 1));
    }
    if (!out.empty()) out += ' ';
    out += token_texts()[static_cast<size_t>(token)];
  }
  return out;
}

Trace read_trace(std::span<const int32_t> tokens, std::span<const uint8_t> observed) {
  require(observed.empty() || observed.size() == tokens.size(), "a token is observed or not");
  const std::vector<uint8_t> none(observed.empty() ? tokens.size() : 0, 0);
  if (observed.empty()) observed = none;
  Trace trace;
  for (size_t begin = 0; begin < tokens.size();) {
    const Event event = read_event(tokens, observed, begin);
    if (!trace.events.empty() && joins(trace.events.back(), event, tokens[begin])) {
      trace.events.back().end = event.end;
    } else {
      trace.events.push_back(event);
    }
    if (event.kind == EventKind::answer && event.result && !trace.answer) trace.answer = event.result;
    begin = event.end;
  }
  return trace;
}

std::optional<int32_t> answer_due(std::span<const int32_t> response) {
  if (std::find(response.begin(), response.end(), kEnd) != response.end()) return std::nullopt;
  for (size_t begin = 0; begin < response.size();) {
    if (response[begin] != kCall) {
      ++begin;
      continue;
    }
    const size_t end = begin + kCallTokens;
    if (end > response.size()) return std::nullopt;
    if (end == response.size()) {
      const auto call = operation_of(response.subspan(begin + 1, kCallTokens - 1));
      const auto result = call ? evaluate(*call) : std::nullopt;
      return result ? kResult + *result : kError;
    }
    begin = end + 1;  // the token after a call is the environment's
  }
  return std::nullopt;
}

}  // namespace gradus::calculator
