#include "gradus/lsp/json_rpc.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gradus/lsp/status.h"

namespace gradus {
namespace {

std::string failure_of(std::string_view stream, FrameLimits limits = {}) {
  FrameReader reader(limits);
  try {
    reader.feed(stream);
    while (const std::optional<std::string> body = reader.next()) parse_message(*body, limits);
    reader.finish();
  } catch (const LspError& error) {
    EXPECT_EQ(error.status(), Status::ls_crash);
    return error.what();
  }
  return "";
}

TEST(JsonRpc, MessagesComeBackHoweverTheStreamIsCut) {
  EXPECT_TRUE(rc::check([](const std::vector<std::string>& bodies) {
    std::string stream;
    for (const std::string& body : bodies) stream += framed(body);
    FrameReader reader;
    std::vector<std::string> out;
    for (size_t at = 0; at < stream.size();) {
      const size_t piece = *rc::gen::inRange<size_t>(1, 40);
      reader.feed(std::string_view(stream).substr(at, piece));
      at += piece;
      while (std::optional<std::string> body = reader.next()) out.push_back(*body);
    }
    reader.finish();
    RC_ASSERT(out == bodies);
  }));
}

TEST(JsonRpc, BrokenFramesAreRefusedWithTheirByte) {
  const std::string good = framed(R"({"jsonrpc":"2.0","method":"a"})");  // 22 bytes of header, 30 of body
  EXPECT_EQ(failure_of(good), "");
  EXPECT_NE(failure_of(good + "log\n").find("byte 55"), std::string::npos) << failure_of(good + "log\n");
  for (const char* wrong :
       {"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", "Content-Length: -1\r\n\r\n",
        "Content-Length: 2x\r\n\r\n{}", "Content-Length: \r\n\r\n", "\r\n", "Content-Type: x\r\n\r\n{}",
        "Content-Length: 2\n\n{}", "nothing\r\n\r\n", ": 2\r\n\r\n",
        "Content-Length: 99999999999999999999\r\n\r\n", "Content-Length: 67108865\r\n\r\n",
        "Content-Length: 3\r\n\r\n{}", "Content-Len", "Content-Length: 2\r\n", "\x01\x02"}) {
    EXPECT_NE(failure_of(wrong), "") << wrong;
  }
  EXPECT_NE(failure_of("X: " + std::string(9000, 'a')), "");
  EXPECT_NE(failure_of(good, {.message_bytes = 29}), "");
  EXPECT_EQ(failure_of("content-length: 2\r\nX-Y: z\r\n\r\n{}").find("framing"), std::string::npos);
}

TEST(JsonRpc, WhatIsNoMessageIsRefused) {
  for (const char* wrong :
       {"", "[]", "1", "{}", R"({"jsonrpc":"1.0","method":"a"})", R"({"jsonrpc":"2.0"})",
        R"({"jsonrpc":"2.0","id":1})",
        R"({"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}})",
        R"({"jsonrpc":"2.0","id":1,"error":{}})",
        R"({"jsonrpc":"2.0","id":1,"error":{"code":"x","message":""}})", R"({"jsonrpc":"2.0","method":1})",
        R"({"jsonrpc":"2.0","method":"a","id":[1]})", R"({"jsonrpc":"2.0","id":{},"result":1})",
        "{\"jsonrpc\":\"2.0\",\"method\":\"\xff\"}", R"({"jsonrpc":"2.0","method":"a"} x)"}) {
    EXPECT_NE(failure_of(framed(wrong)), "") << wrong;
  }
  const auto nested = [](int depth) {
    return framed(R"({"jsonrpc":"2.0","method":"a","params":)" +
                  std::string(static_cast<size_t>(depth), '[') +
                  std::string(static_cast<size_t>(depth), ']') + "}");
  };
  EXPECT_EQ(failure_of(nested(255)), "");
  EXPECT_NE(failure_of(nested(256)), "");
  EXPECT_EQ(first_too_deep(R"(["[[[[", "\"[[["])", 1), std::nullopt);
  EXPECT_EQ(parse_message(R"({"jsonrpc":"2.0","id":"x","method":"a"})", {}).kind, MessageKind::request);
  EXPECT_EQ(parse_message(R"({"jsonrpc":"2.0","id":1,"result":null})", {}).kind, MessageKind::response);
  EXPECT_EQ(parse_message(R"({"jsonrpc":"2.0","method":"a"})", {}).kind, MessageKind::notification);
}

}  // namespace
}  // namespace gradus
