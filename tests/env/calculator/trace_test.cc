#include "gradus/env/calculator/trace.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gradus/base/error.h"
#include "gradus/env/calculator/dataflow.h"

namespace gradus::calculator {
namespace {

// The tokens of a text in which everything that looks like an observation is one, and their mask.
struct Response {
  explicit Response(const std::string& text) : tokens(encode(text)) {
    for (const int32_t token : tokens) {
      observed.push_back((token >= kResult && token < kResult + 10) || token == kError ? 1 : 0);
    }
  }
  Trace trace() const { return read_trace(tokens, observed); }
  std::vector<int32_t> tokens;
  std::vector<uint8_t> observed;
};

std::string answered(const std::string& text) {
  const auto token = answer_due(encode(text));
  return token ? decode(std::vector<int32_t>{*token}) : "";
}

std::string usefulness(const std::string& task, const std::string& response) {
  const Trace trace = Response(response).trace();
  std::string out;
  for (const auto& useful : useful_calls(parse_chain(task), trace))
    out += useful ? (*useful ? '1' : '0') : '-';
  return out;
}

TEST(Chain, ByHand) {
  const Chain chain = parse_chain("3 + 4 - 2 ?");
  EXPECT_EQ(chain.nodes(), (std::vector<Operation>{{3, '+', 4}, {7, '-', 2}}));
  EXPECT_EQ(chain.answer(), 5);
  EXPECT_EQ(evaluate({9, '+', 1}), std::nullopt);
  EXPECT_EQ(evaluate({3, '-', 4}), std::nullopt);
  EXPECT_EQ(evaluate({4, '-', 4}), 0);
  EXPECT_TRUE(same_computation({3, '+', 4}, {4, '+', 3}));
  EXPECT_FALSE(same_computation({4, '-', 3}, {3, '-', 4}));
}

TEST(Chain, BadTextIsRefused) {
  for (const char* text : {"", "3", "3 ?", "3 + 4", "3 + 4 ? ", "3 * 4 ?", "0 + 4 ?", "9 + 9 ?", "3 - 3 ?",
                           "3+4 ?xx", "1 + 1 + 1 + 1 ?", "3 + x ?", "-3 + 4 ?"}) {
    EXPECT_THROW(parse_chain(text), Error) << text;
  }
  EXPECT_THROW(parse_chain(std::string(1 << 20, '1')), Error);
}

RC_GTEST_PROP(Chain, DrawnChainsAreDefinedAndRoundTrip, (uint64_t key)) {
  Stream stream(key);
  const Chain chain = draw_chain(*rc::gen::inRange(1, kMaxOperations + 1), stream);
  RC_ASSERT(parse_chain(chain.text()) == chain);
  for (const Operation& node : chain.nodes()) {
    const auto result = evaluate(node);
    RC_ASSERT(result && *result >= 1 && *result <= 9);
  }
}

TEST(Trace, TheCalculatorAnswersACompletedCallAtOnceAndNothingElse) {
  EXPECT_EQ(answered("CALL 3 + 4"), "=7");
  EXPECT_EQ(answered("CALL 3 - 4"), "ERR");  // out of range
  EXPECT_EQ(answered("CALL 9 + 9"), "ERR");
  EXPECT_EQ(answered("CALL 3 4 +"), "ERR");  // malformed
  EXPECT_EQ(answered("CALL CALL 3 +"), "ERR");
  EXPECT_EQ(answered("CALL 3 +"), "");
  EXPECT_EQ(answered("CALL 3 + 4 =7"), "");
  EXPECT_EQ(answered("CALL 3 + 4 =7 CALL 7 - 2"), "=5");
  EXPECT_EQ(answered("3 + 4"), "");
  EXPECT_EQ(answered("ANS 5 <end>"), "");
  EXPECT_EQ(answered(""), "");
}

TEST(Trace, EventsByHand) {
  const Trace trace = Response("7 7 CALL 3 4 + ERR CALL 3 + 4 =7 ANS 7 <end>").trace();
  ASSERT_EQ(trace.events.size(), 6u);
  EXPECT_EQ(trace.events[0].kind, EventKind::stray);
  EXPECT_EQ(trace.events[0].end, 2u);
  EXPECT_EQ(trace.events[1].kind, EventKind::call);
  EXPECT_TRUE(trace.events[1].ran);
  EXPECT_FALSE(trace.events[1].ok());
  EXPECT_EQ(trace.events[2].kind, EventKind::observation);
  EXPECT_TRUE(trace.events[3].ok());
  EXPECT_EQ(trace.events[3].result, 7);
  EXPECT_EQ(trace.events[5].kind, EventKind::answer);
  EXPECT_EQ(trace.events[5].end, 15u);  // the end token belongs to the answer
  EXPECT_EQ(trace.answer, 7);
}

TEST(Trace, ACallThatWasCutNeverRan) {
  for (const char* text : {"CALL 3 + 4", "CALL 3 +", "CALL", "CALL 3 <end>"}) {
    const Trace trace = Response(text).trace();
    ASSERT_EQ(trace.events.size(), 1u) << text;
    EXPECT_FALSE(trace.events[0].ran) << text;
    EXPECT_FALSE(trace.events[0].ok()) << text;
  }
}

TEST(Trace, AForgedObservationCountsForNothing) {
  const auto tokens = encode("CALL 3 + 4 =7 ANS 7");
  const Trace trace = read_trace(tokens, {});  // every token is the agent's own
  EXPECT_FALSE(trace.events[0].ran);
  EXPECT_EQ(trace.events[1].kind, EventKind::stray);
  EXPECT_EQ(grounded(parse_chain("3 + 4 ?"), trace), false);
  EXPECT_EQ(trace.answer, 7);
}

TEST(Trace, UnknownTokensAndWordsAreRefused) {
  EXPECT_THROW(encode("CALL 10"), Error);
  EXPECT_THROW(decode(std::vector<int32_t>{29}), Error);
  EXPECT_THROW(decode(std::vector<int32_t>{-1}), Error);
  EXPECT_EQ(token_texts().size(), 29u);
}

// Whatever an agent writes, the environment's answers and the reading of the trace agree.
RC_GTEST_PROP(Trace, AnyResponseIsReadWhole, (uint64_t key)) {
  Stream stream(key);
  std::vector<int32_t> tokens;
  std::vector<uint8_t> observed;
  size_t answers = 0;
  for (int i = 0; i < 40; ++i) {
    // A third of the tokens open a call, so that calls are common.
    tokens.push_back(stream.chance(0.3) ? kCall : static_cast<int32_t>(stream.between(kDigit, kAsk)));
    observed.push_back(0);
    const auto due = answer_due(tokens);
    if (!due) continue;
    ++answers;
    tokens.push_back(*due);
    observed.push_back(1);
  }
  const Trace trace = read_trace(tokens, observed);
  size_t at = 0, ran = 0;
  for (const Event& event : trace.events) {
    RC_ASSERT(event.begin == at && event.end > at);
    at = event.end;
    ran += event.ran ? 1 : 0;
    if (event.ran) RC_ASSERT(tokens[event.end] == (event.ok() ? kResult + *event.result : kError));
  }
  RC_ASSERT(at == tokens.size());
  RC_ASSERT(ran == answers);
}

TEST(Dataflow, UsefulCallsByHand) {
  EXPECT_EQ(usefulness("3 + 4 - 2 ?", "CALL 3 + 4 =7 CALL 7 - 2 =5 ANS 5"), "1-1--");
  EXPECT_EQ(usefulness("3 + 4 - 2 ?", "CALL 4 + 3 =7 CALL 7 - 2 =5 ANS 5"), "1-1--");
  EXPECT_EQ(usefulness("3 + 4 - 2 ?", "CALL 0 + 0 =0 CALL 3 + 4 =7 CALL 3 + 4 =7 ANS 5"), "0-1-0--");
  EXPECT_EQ(usefulness("3 + 4 - 2 ?", "CALL 3 4 + ERR CALL 7 - 2 =5 CALL 3 + 4 =7 ANS 5"),
            "--1-0--");                                                // too late
  EXPECT_EQ(usefulness("3 + 4 - 2 ?", "ANS 5 CALL 3 + 4 =7"), "-0-");  // after the answer
  EXPECT_EQ(usefulness("3 + 4 - 2 ?", "CALL 5 + 0 =5 ANS 5"),
            "0--");  // the right value, but no node of the chain
}

TEST(Dataflow, GroundedByHand) {
  const Chain chain = parse_chain("3 + 4 - 2 ?");
  EXPECT_EQ(grounded(chain, Response("CALL 3 + 4 =7 CALL 7 - 2 =5 ANS 5").trace()), true);
  EXPECT_EQ(grounded(chain, Response("CALL 7 - 2 =5 ANS 4").trace()), true);  // about the way, not the answer
  EXPECT_EQ(grounded(chain, Response("CALL 3 + 4 =7 ANS 5").trace()), false);
  EXPECT_EQ(grounded(chain, Response("ANS 5 CALL 7 - 2 =5").trace()), false);
  EXPECT_EQ(grounded(chain, Response("CALL 7 - 2 =5").trace()), std::nullopt);
}

}  // namespace
}  // namespace gradus::calculator
