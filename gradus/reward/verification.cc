#include "gradus/reward/verification.h"

#include <algorithm>

#include "gradus/base/text.h"
#include "gradus/reward/markup.h"

namespace gradus {

namespace {

// One past "?\s*(Yes|No)" at `at`, and which it is: the long s of re.IGNORECASE matches but says nothing.
struct Reply {
  size_t end = 0;  // 0: no match
  std::optional<bool> yes;
};

Reply reply_at(std::string_view text, size_t at) {
  if (at >= text.size() || text[at] != '?') return {};
  const size_t word = skip_space(text, at + 1);
  if (const size_t n = matches_ignoring_case(text, word, "yes")) {
    return {word + n, n == 3 ? std::optional(true) : std::nullopt};
  }
  if (matches_ignoring_case(text, word, "no")) return {word + 2, false};
  return {};
}

// The replies of a text by place: each "?" is looked at once, however many questions come before it.
std::vector<std::pair<size_t, Reply>> replies_of(std::string_view text, std::string_view tail) {
  std::vector<std::pair<size_t, Reply>> replies;
  for (size_t at = text.find('?'); at != text.npos; at = text.find('?', at + 1)) {
    const Reply reply = reply_at(text, at);
    if (reply.end != 0 && text.substr(reply.end, tail.size()) == tail) replies.emplace_back(at, reply);
  }
  return replies;
}

// Where "Is the answer correct" ends if it is at `at`, after "Verification:\s*" and `head` where asked for;
// 0: it is not there.
size_t question_end(std::string_view text, size_t at, std::string_view head, bool headed) {
  if (text.substr(at, head.size()) != head) return 0;
  at += head.size();
  if (headed) {
    const size_t n = matches_ignoring_case(text, at, "verification:");
    if (n == 0) return 0;
    at = skip_space(text, at + n);
  }
  const size_t n = matches_ignoring_case(text, at, "is the answer correct");
  return n == 0 ? 0 : at + n;
}

// The reply to the first question that has one on its line: `head`Verification: Is the answer
// correct.*?\?\s*(Yes|No)`head`.
std::optional<Reply> reply_to_question(std::string_view text, std::string_view head, bool headed) {
  const auto replies = replies_of(text, head);
  size_t next = 0, line_end = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t end = question_end(text, at, head, headed);
    if (end == 0) continue;
    while (next < replies.size() && replies[next].first < end) ++next;
    if (next == replies.size()) return std::nullopt;
    if (line_end < end) line_end = std::min(text.find('\n', end), text.size());
    if (replies[next].first < line_end) return replies[next].second;
  }
  return std::nullopt;
}

// "?\s*(Yes|No)\s*`stars`\s*" at the end of the text.
std::optional<Reply> reply_at_end(std::string_view text, std::string_view stars) {
  for (const auto& [at, reply] : replies_of(text, "")) {
    const size_t mark = skip_space(text, reply.end);
    if (text.substr(mark, stars.size()) == stars && skip_space(text, mark + stars.size()) == text.size()) {
      return reply;
    }
  }
  return std::nullopt;
}

// One past "Step\s+\d+:\s*" at `at`, or 0.
size_t step_label_end(std::string_view text, size_t at) {
  const size_t n = matches_ignoring_case(text, at, "step");
  if (n == 0) return 0;
  const size_t number = skip_space(text, at + n);
  size_t end = number;
  while (end < text.size()) {
    const CodePoint c = code_point_at(text, end);
    if (!is_digit(c.value)) break;
    end += c.bytes;
  }
  if (number == at + n || end == number || text.substr(end, 1) != ":") return 0;
  return skip_space(text, end + 1);
}

// Takes "correct" or "incorrect" at `at`; gives the bytes matched.
size_t take_verdict(std::string_view text, size_t at, std::string_view tail, std::vector<bool>& verdicts) {
  for (const std::string_view word : {"correct", "incorrect"}) {
    const size_t n = matches_ignoring_case(text, at, word);
    if (n == 0 || text.substr(at + n, tail.size()) != tail) continue;
    verdicts.push_back(word == "correct");
    return n + tail.size();
  }
  return 0;
}

size_t count_boxed(std::string_view text, std::string_view open) {
  size_t count = 0;
  for (size_t at = text.find(open); at != text.npos;) {
    const size_t body = at + open.size();
    const size_t end = text.find_first_of("}\n", body);
    if (end == text.npos) break;
    if (text[end] == '}') ++count;
    at = text.find(open, end);  // an unclosed one takes its whole line with it
  }
  return count;
}

}  // namespace

std::optional<bool> answer_verdict(std::string_view text) {
  std::optional<Reply> reply = reply_to_question(text, "**", true);
  if (!reply) reply = reply_to_question(text, "", true);
  if (!reply) reply = reply_to_question(text, "", false);
  if (!reply) reply = reply_at_end(text, "**");
  if (!reply) reply = reply_at_end(text, "");
  return reply ? reply->yes : std::nullopt;
}

std::vector<bool> step_verdicts(std::string_view text, VerdictForm form) {
  constexpr std::string_view kStars = "**";
  std::vector<bool> verdicts;
  for (size_t at = 0; at < text.size();) {
    size_t word = 0;
    if (form == VerdictForm::lines) {
      word = step_label_end(text, at);
    } else if (text.substr(at, kStars.size()) == kStars) {
      const size_t n = matches_ignoring_case(text, at + kStars.size(), "this step is ");
      word = n == 0 ? 0 : at + kStars.size() + n;
    }
    const size_t taken =
        word == 0 ? 0 : take_verdict(text, word, form == VerdictForm::lines ? "" : ".**", verdicts);
    at = taken == 0 ? at + 1 : word + taken;
  }
  return verdicts;
}

bool one_final_answer(std::string_view response) {
  if (count_boxed(response, "\\\\boxed{") + count_boxed(response, "\\boxed{") != 1) return false;
  size_t answers = 0;
  for (size_t at = response.find("<answer>"); at != response.npos;) {
    const size_t end = response.find("</answer>", at);
    if (end == response.npos) break;
    ++answers;
    at = response.find("<answer>", end);
  }
  const size_t closed = response.find("</answer>");
  return answers == 1 &&
         skip_space(response, closed + std::string_view("</answer>").size()) == response.size();
}

namespace {

class Verification : public Operator {
 public:
  explicit Verification(const Params& params)
      : verification_(params.text("verification")),
        verdict_("rollout." + params.text("verdict")),
        share_("rollout." + params.text("share")),
        steps_("step." + params.text("steps")),
        form_(params.text("form") == "lines" ? VerdictForm::lines : VerdictForm::sentences),
        pads_(params.text("count") == "pad") {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const ChannelInfo info{.estimates = "correctness", .evaluator = "verification", .online = false};
    batch.add_column(verdict_, info);
    batch.add_column(share_, info);
    batch.add_column(steps_, info);
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      const std::string& text = batch.note(verification_, r);
      if (const auto verdict = answer_verdict(text)) batch.column(verdict_).set(r, *verdict ? 1 : 0);
      const std::vector<bool> judged = step_verdicts(text, form_);
      if (judged.empty()) continue;
      const auto correct = std::count(judged.begin(), judged.end(), true);
      batch.column(share_).set(r, static_cast<double>(correct) / static_cast<double>(judged.size()));
      write_steps(batch, r, judged);
    }
  }

 private:
  void write_steps(RolloutBatch& batch, size_t r, const std::vector<bool>& judged) const {
    std::vector<size_t> own;
    for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
      if (batch.kind(s) == StepKind::reason || batch.kind(s) == StepKind::act) own.push_back(s);
    }
    if (!pads_ && own.size() != judged.size()) return;
    Column& column = batch.column(steps_);
    for (size_t k = 0; k < own.size(); ++k) column.set(own[k], k < judged.size() && judged[k] ? 1 : 0);
  }

  std::string verification_, verdict_, share_, steps_;
  VerdictForm form_;
  bool pads_;
};

class AnswerFormat : public Operator {
 public:
  explicit AnswerFormat(const Params& params) : into_("rollout." + params.text("into")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column& column = batch.add_column(into_, {.estimates = "format", .evaluator = "answer_format"});
    for (size_t r = 0; r < batch.rollouts(); ++r)
      column.set(r, one_final_answer(written_text(batch, r)) ? 1 : 0);
  }

 private:
  std::string into_;
};

}  // namespace

void register_verification(OperatorRegistry& registry) {
  registry.add(
      {.name = "reward.verification",
       .summary = "verdicts on answer and steps, read from a verifier's text",
       .paper = "2512.03244",
       .params = {text_param("verification", "verification", "note with the verifier's text"),
                  text_param("verdict", "verdict", "rollout channel to write: is the answer correct"),
                  text_param("share", "correct_share", "rollout channel to write: correct of judged steps"),
                  text_param("steps", "verdict", "step channel to write: is the step correct"),
                  text_param("form", "lines", "how steps are judged", {"lines", "sentences"}),
                  text_param("count", "pad",
                             "where the numbers of steps and verdicts differ: pad with "
                             "incorrect and cut, or drop them",
                             {"pad", "drop"})},
       .reads = {},
       .writes = {"rollout.{verdict}", "rollout.{share}", "step.{steps}"},
       .notes = {"{verification}"},
       .evaluator = "verification",
       .components = {"verifier"}},
      [](const Params& params) { return std::make_unique<Verification>(params); });
}

void register_answer_format(OperatorRegistry& registry) {
  registry.add({.name = "reward.answer_format",
                .summary = "one box, one answer block and nothing after it",
                .paper = "2512.03244",
                .params = {text_param("into", "format", "rollout channel to write")},
                .reads = {},
                .writes = {"rollout.{into}"},
                .texts = true,
                .evaluator = "answer_format",
                .components = {"response format"}},
               [](const Params& params) { return std::make_unique<AnswerFormat>(params); });
}

}  // namespace gradus
