#include "gradus/lsp/profile.h"

#include <gtest/gtest.h>

#include "gradus/lsp/capabilities.h"
#include "gradus/lsp/diagnostics.h"
#include "gradus/lsp/server_request.h"
#include "gradus/lsp/suppressions.h"

namespace gradus {
namespace {

constexpr char kWhole[] = R"(
name = "one"
executables = ["one-server"]
[[language]]
id = "a"
endings = [".a", ".x.a"]
[settings.one.two]
three = 3
[diagnostics]
mode = "push"
suppressions = ["# quiet"]
fatal_codes = ["gone", ""]
)";

std::string refusal_of(const std::string& text) {
  try {
    parse_server_profile(text, "one.toml");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_EQ(error.file(), "one.toml");
    return error.what();
  }
  return "";
}

std::string without(const std::string& line) {
  std::string text = kWhole;
  return text.replace(text.find(line), line.size(), "");
}

TEST(Profile, ThoseInsideTheBinaryAreWhole) {
  EXPECT_EQ(server_names(), (std::vector<std::string>{"clangd", "pyright"}));
  const ServerProfile clangd = server_profile("clangd");
  EXPECT_EQ(clangd.language_of("src/a.cc"), "cpp");
  EXPECT_EQ(clangd.language_of("a.c"), "c");
  EXPECT_FALSE(clangd.diagnostics.pull);
  EXPECT_EQ(clangd.index_token, "backgroundIndexProgress");
  const ServerProfile pyright = server_profile("pyright");
  EXPECT_TRUE(pyright.diagnostics.pull);
  EXPECT_EQ(setting_of(pyright, "python.analysis").at("typeCheckingMode"), "standard");
  EXPECT_THROW(server_profile("clangq"), Error);
  EXPECT_THROW(server_profile("no/such.toml"), Error);
}

TEST(Profile, MistakesAreNamedWithTheirLine) {
  EXPECT_EQ(refusal_of(kWhole), "");
  for (const char* line :
       {"name = \"one\"", "executables = [\"one-server\"]", "mode = \"push\"", "id = \"a\""}) {
    EXPECT_NE(refusal_of(without(line)), "") << line;
  }
  const std::string unknown = refusal_of(std::string(kWhole) + "modus = \"push\"\n");
  EXPECT_NE(unknown.find("one.toml:13"), std::string::npos) << unknown;
  EXPECT_NE(refusal_of(without("mode = \"push\"") + "mode = \"pulled\"\n"), "");
  EXPECT_NE(refusal_of(std::string(kWhole) + "[environment]\nX = 1\n"), "");
}

TEST(Profile, SettingsAnswersAndCounts) {
  const ServerProfile profile = parse_server_profile(kWhole, "one.toml");
  EXPECT_EQ(setting_of(profile, "one.two.three"), 3);
  EXPECT_TRUE(setting_of(profile, "one.four").is_null());
  EXPECT_TRUE(setting_of(profile, "one.two.three.four").is_null());
  EXPECT_EQ(profile.language_of("b.x.a"), "a");
  EXPECT_THROW(profile.language_of("b.y"), LspError);
  EXPECT_THROW(profile.language_of(".a"), LspError);
  const auto answer = [&](const char* method, const Json& params) {
    return answer_to({{"jsonrpc", "2.0"}, {"id", 7}, {"method", method}, {"params", params}}, profile, "/w");
  };
  const Json items = Json::array({Json{{"section", "one.two"}}, Json{{"section", "none"}}, Json::object()});
  EXPECT_EQ(answer("workspace/configuration", {{"items", items}}).at("result").dump(),
            R"([{"three":3},null,{"one":{"two":{"three":3}}}])");
  EXPECT_EQ(answer("workspace/configuration", nullptr).at("error").at("code"), -32602);
  EXPECT_EQ(answer("workspace/applyEdit", Json::object()).at("result").at("applied"), false);
  EXPECT_EQ(answer("workspace/codeLens/refresh", nullptr).at("result"), nullptr);
  EXPECT_EQ(answer("evil/execute", nullptr).at("error").at("code"), -32601);

  const Json one = {{"severity", 2}}, error = {{"message", "x"}, {"code", "y"}},
             gone = {{"severity", 1}, {"code", "gone"}};
  const DiagnosticCounts counts = count_diagnostics(Json::array({one, error}), profile);
  EXPECT_EQ(counts.warnings, 1);
  EXPECT_EQ(counts.errors, 1);
  EXPECT_FALSE(counts.fatal);
  EXPECT_TRUE(count_diagnostics(Json::array({gone}), profile).fatal);
  EXPECT_TRUE(count_diagnostics(Json::array({Json{{"severity", 1}}}), profile).fatal);
  EXPECT_EQ(count_suppressions("a # quiet\nb # quiet c\n", profile), 2);
}

TEST(Profile, EverySpellingOfASuppressionCounts) {
  const auto count = [](const char* server, const std::string& text) {
    return count_suppressions(text, server_profile(server));
  };
  for (const char* text :
       {"x: int = '' # type: ignore", "x: int = '' # type:ignore", "x: int = '' #type:ignore",
        "x: int = '' #\ttype:\tignore", "x: int = '' # type:  ignore[assignment]",
        "x: int = '' #\u00a0type: ignore", "x: int = '' # pyright:ignore",
        "x: int = '' # pyright: ignore[reportX]", "#pyright:basic", "# pyright: standard",
        "# pyright: reportX=false", "#pyright:reportX = false", "# pyright: strict, reportX=none",
        "# pyright: reportX=information", "@no_type_check", "@typing.no_type_check",
        "x = 1 # why # type: ignore"}) {
    EXPECT_EQ(count("pyright", text), 1) << text;
    EXPECT_EQ(count("pyright", std::string(text) + "\r\ny = 1\r\n" + text), 2) << text;
  }
  for (const char* text : {"type: ignore", "# type: int", "#\ntype: ignore", "# pyright: strict",
                           "# pyright: reportX=true", "# pyright\n# reportX=false", "no_type_check = 1"}) {
    EXPECT_EQ(count("pyright", text), 0) << text;
  }
  for (const char* text :
       {"int x; // NOLINT", "int x; //NOLINT(a)", "// NOLINTNEXTLINE", "/* NOLINTBEGIN */",
        "#pragma clang diagnostic ignored \"-Wall\"", "# pragma  GCC\tdiagnostic ignored \"-Wall\"",
        "#pragma clang \\\n diagnostic ignored \"-Wall\"",
        "#/* */pragma clang /*x*/ diagnostic ignored \"-Wall\"",
        "_Pragma(\"clang diagnostic ignored \\\"-Wall\\\"\") int x;",
        "_Pragma ( \"GCC diagnostic ignored \\\"-W\\\"\")", "#pragma GCC system_header",
        "#pragma clang system_header"}) {
    EXPECT_EQ(count("clangd", text), 1) << text;
  }
  for (const char* text :
       {"#pragma once", "#pragma clang diagnostic push", "#pragma GCC diagnostic error \"-Wall\""}) {
    EXPECT_EQ(count("clangd", text), 0) << text;
  }
  // Long hostile lines take no long time.
  EXPECT_EQ(count("pyright", std::string(1 << 20, '#')), 0);
  std::string stars;
  while (stars.size() < 1 << 19) stars += "# pyright: ";
  EXPECT_EQ(count("pyright", stars), 0);
  const auto repeated = [](const std::string& text) {
    std::string out;
    while (out.size() < 1 << 20) out += text;
    return out;
  };
  for (const char* text : {"/*", "/* ", "# pragma ", "_Pragma ", "/* # pragma\\\n", "_Pragma \t "})
    EXPECT_EQ(count("clangd", repeated(text)), 0) << text;
  EXPECT_EQ(count("clangd", repeated("_Pragma(x) /*") + repeated(" ")), 0);
}

TEST(Profile, ADisarmedTextHidesNothingAndIsAsLong) {
  const auto shown = [](const char* server, const std::string& text) {
    const ServerProfile profile = server_profile(server);
    const std::string out = disarmed(text, profile);
    EXPECT_EQ(out.size(), text.size()) << out;
    if (text.find("_Pragma") == text.npos) {
      EXPECT_EQ(count_suppressions(out, profile), 0) << out;
    }
    EXPECT_EQ(disarmed(out, profile), out);
    return out;
  };
  EXPECT_EQ(shown("pyright", "# type: ignore\nx: int = ''  # pyright:ignore[a]\n"),
            "# xxxx: xxxxxx\nx: int = ''  # xxxxxxx:xxxxxx[a]\n");
  EXPECT_EQ(shown("pyright", "@typing.no_type_check\ndef f(): ...\n"),
            "#typing.no_type_check\ndef f(): ...\n");
  EXPECT_EQ(shown("pyright", "#\u00a0type: ignore\r\n"), "#\u00a0xxxx: xxxxxx\r\n");
  EXPECT_EQ(shown("clangd", "int x; // NOLINTNEXTLINE(a)\n"), "int x; // xxxxxxNEXTLINE(a)\n");
  EXPECT_EQ(shown("clangd", "#pragma clang diagnostic ignored \"-Wall\"\n"),
            "#pragma mark  diagnostic ignored \"-Wall\"\n");
  EXPECT_EQ(shown("clangd", "# /* */ pragma  GCC   diagnostic \\\n ignored \"-W\"\n"),
            "# /* */ pragma  mark   iagnostic \\\n ignored \"-W\"\n");
  EXPECT_EQ(shown("clangd", "_Pragma(\"clang diagnostic ignored \\\"-Wall\\\"\") int x;\n"),
            "_Pragma(\"mark  diagnostic ignored \\\"-Wall\\\"\") int x;\n");
  EXPECT_EQ(shown("clangd", "int x;\n"), "int x;\n");
}

TEST(Profile, AServerThatIsNotInstalledIsSaid) {
  ServerProfile profile = parse_server_profile(kWhole, "one.toml");
  profile.install = "buy it";
  try {
    executable_of(profile);
    FAIL();
  } catch (const LspError& error) {
    EXPECT_EQ(error.status(), Status::ls_crash);
    EXPECT_NE(std::string(error.what()).find("buy it"), std::string::npos);
  }
}

TEST(Capabilities, EncodingsAndMethods) {
  const std::vector<Encoding> offered{Encoding::utf16, Encoding::utf8};
  const Json none = {{"capabilities", Json::object()}};
  EXPECT_EQ(negotiated_encoding(none, offered), Encoding::utf16);
  EXPECT_EQ(negotiated_encoding(
                {{"capabilities", {{"positionEncoding", "utf-8"}}}, {"offsetEncoding", "utf-16"}}, offered),
            Encoding::utf8);
  EXPECT_EQ(negotiated_encoding({{"capabilities", Json::object()}, {"offsetEncoding", "utf-8"}}, offered),
            Encoding::utf8);
  for (const Json& wrong : {Json("utf-32"), Json("utf-7"), Json(8), Json()}) {
    EXPECT_THROW(negotiated_encoding({{"capabilities", {{"positionEncoding", wrong}}}}, offered), LspError)
        << wrong;
  }
  const Json some = {
      {"hoverProvider", true}, {"definitionProvider", Json::object()}, {"renameProvider", true}};
  require_capability(some, "textDocument/hover", "s");
  require_capability(some, "textDocument/definition", "s");
  require_capability(some, "textDocument/rename", "s");
  require_capability(some, "own/method", "s");
  EXPECT_THROW(require_capability(some, "textDocument/prepareRename", "s"), LspError);
  EXPECT_THROW(require_capability(some, "textDocument/references", "s"), LspError);
  EXPECT_TRUE(takes_documents({{"textDocumentSync", 2}}));
  EXPECT_TRUE(takes_documents({{"textDocumentSync", {{"openClose", true}, {"change", 1}}}}));
  EXPECT_FALSE(takes_documents({{"textDocumentSync", {{"openClose", true}}}}));
  EXPECT_FALSE(takes_documents({{"textDocumentSync", 0}}));
  EXPECT_FALSE(takes_documents(Json::object()));
}

}  // namespace
}  // namespace gradus
