#include "gradus/lsp/selector.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gradus/base/random.h"
#include "gradus/lsp/status.h"

namespace gradus {
namespace {

// The message of the refusal.
std::string refusal(std::string_view text) {
  try {
    parse_selector(text);
  } catch (const LspError& error) {
    EXPECT_EQ(error.status(), Status::bad_selector_syntax);
    EXPECT_EQ(error.exit_code(), 2);
    return error.what();
  }
  return "accepted";
}

std::string canonical_text(std::string_view text) {
  return print_selector(parse_selector(text));
}

TEST(Selector, ReadsTheExamplesOfThePaper) {
  const Selector cursor = parse_selector("src/app.py@L42:C7");
  EXPECT_EQ(cursor.target, decltype(cursor.target)(CursorSelector{{"src/app.py"}, {41, 6}}));
  const Selector range = parse_selector("src/app.py@R(42,7->44,1)");
  EXPECT_EQ(std::get<RangeSelector>(range.target).range, (Range{{41, 6}, {43, 0}}));
  const auto symbol = std::get<SymbolSelector>(parse_selector("py://pkg.mod#Class.method:body").target);
  EXPECT_EQ(symbol.module, "pkg.mod");
  EXPECT_EQ(symbol.names, (std::vector<std::string>{"Class", "method"}));
  EXPECT_EQ(symbol.role, SymbolRole::body);
  const auto anchor =
      std::get<AnchorSelector>(parse_selector(R"(anchor://src/app.py#"def load_data("?ctx=24)").target);
  EXPECT_EQ(anchor.snippet, "def load_data(");
  EXPECT_EQ(anchor.context, 24);
  const auto ast = std::get<AstSelector>(
      parse_selector("ast://[module=pkg.mod]/[class=Class]/[def=method]/name[1]").target);
  ASSERT_EQ(ast.path.size(), 4u);
  EXPECT_EQ(ast.path[3], (AstSegment{"name", {}, 1}));
}

TEST(Selector, PrintsOneCanonicalText) {
  for (const auto& [text, wanted] : std::vector<std::pair<std::string, std::string>>{
           {"./src/a b.py@L1:C1", "src/a%20b.py@L1:C1"},
           {"c:\\src\\a.py@L1:C1", "file:///C:/src/a.py@L1:C1"},
           {"file:///c%3A/src/a.py@L1:C1", "file:///C:/src/a.py@L1:C1"},
           {"/home/me/a.py@L1:C1", "file:///home/me/a.py@L1:C1"},
           {"node_modules/@types/x.ts@L1:C2", "node_modules/@types/x.ts@L1:C2"},
           {"PY://m#a:b", "py://m#a.b"},
           {"py://m#Class:body", "py://m#Class:body"},
           {"py://m#Class%3Abody", "py://m#Class.body"},
           {"py://m#body", "py://m#body"},
           {"cpp://src/a.cc#ns::C::f( const char * , int ):sig",
            "cpp://src/a.cc#ns::C::f(const%20char*,int):sig"},
           {"cpp://a.cc#f(std::map<int, long>)", "cpp://a.cc#f(std::map<int,long>)"},
           {"cpp://a.cc#C::operator()(int)", "cpp://a.cc#C::operator%28%29(int)"},
           {"cpp://a.cc#f()?overload=1", "cpp://a.cc#f()?overload=1"},
           {"cpp://a.cc#f?overload=0", "cpp://a.cc#f"},
           {R"(anchor://a.py#"x = \"\/\"")", R"(anchor://a.py#"x%20=%20%22/%22"?ctx=24)"},
           {R"(anchor://a.py#"a\nb"?ctx=3)", R"(anchor://a.py#"a%5Cnb"?ctx=3)"},
           {"ast://[module=src/a.cc]/[fn=f]", "ast://[module=src/a.cc]/[fn=f]"}}) {
    EXPECT_EQ(canonical_text(text), wanted) << text;
    EXPECT_EQ(canonical_text(wanted), wanted);
  }
}

TEST(Selector, SaysWhereTheFaultIs) {
  const auto at = [](std::string_view text, int character) {
    EXPECT_NE(refusal(text).find("at character " + std::to_string(character)), std::string::npos)
        << text << ": " << refusal(text);
  };
  at("", 1);
  at("src/app.py", 11);
  at("src/app.py@X1:C1", 12);
  at("src/app.py@L0:C1", 13);
  at("src/app.py@L1:C0", 16);
  at("src/app.py@L1:C1x", 17);
  at("src/app.py@L99999999999:C1", 13);
  at("src/app.py@R(3,1->2,1)", 19);
  at("@L1:C1", 1);
  at("a%2@L1:C1", 2);
  at("\u00e9%zz@L1:C1", 2);
  at("aSt://[m=x]#a", 1);
  at("py://m", 7);
  at("py://#f", 6);
  at("py://a..b#f", 6);
  at("py://m#", 8);
  at("py://m#a..b", 10);
  at("py://m#a.b?overload=x", 21);
  at("py://m#a.b?over=1", 11);
  at("cpp://a.cc#f(int", 17);
  at("cpp://a.cc#f(int,)", 18);
  at("cpp://a.cc#f(int):bodies", 19);
  at("cpp://a.cc#f(a>)", 15);
  at("ast://", 7);
  at("ast://[class]", 13);
  at("ast://[class=]", 14);
  at("ast://name[x]", 12);
  at("anchor://a.py", 14);
  at("anchor://a.py#\"open", 20);
  at("anchor://a.py#\"\"", 16);
  at("anchor://a.py#\"x\"?ctx=-1", 23);
  at(std::string("a\0b@L1:C1", 9), 2);
  EXPECT_NE(refusal("file://host/a@L1:C1").find("without host"), std::string::npos);
  EXPECT_NE(refusal(std::string(70000, 'a') + "@L1:C1").find("64 KiB"), std::string::npos);
  EXPECT_NE(refusal("\xff@L1:C1"), "accepted");
}

TEST(Selector, TheStructuredFormIsThePapers) {
  EXPECT_EQ(selector_json(parse_selector("src/app.py@L42:C7")).dump(),
            R"({"kind":"cursor","uri":"ws:///src/app.py","line":41,"col":6,"indexing":"utf-16"})");
  EXPECT_EQ(selector_json(parse_selector("py://pkg.mod#Class.method:body")).dump(),
            R"({"kind":"symbol","lang":"py","qualname":"pkg.mod:Class.method","role":"body","overload":0})");
  EXPECT_EQ(selector_json(parse_selector("ast://[class=C]/name[1]")).dump(),
            R"({"kind":"ast","path":[["class","C"],["name",1]]})");
  const Selector symbol = selector_from_json(
      Json::parse(R"({"kind":"symbol","qualname":"pkg.mod:Class.method","docVersion":"v1"})"));
  EXPECT_EQ(print_selector(symbol), "py://pkg.mod#Class.method");
  EXPECT_EQ(symbol.document_version, "v1");
}

TEST(Selector, RefusesAStructuredFormByItsField) {
  const auto field = [](const char* text) {
    try {
      selector_from_json(Json::parse(text));
    } catch (const LspError& error) {
      EXPECT_EQ(error.status(), Status::bad_selector_syntax);
      return error.field_name();
    }
    return std::string("accepted");
  };
  EXPECT_EQ(field("[]"), "selector");
  EXPECT_EQ(field("{}"), "selector.kind");
  EXPECT_EQ(field(R"({"kind":"word"})"), "selector.kind");
  EXPECT_EQ(field(R"({"kind":"cursor","uri":"../..","line":-1,"col":0})"), "selector.line");
  EXPECT_EQ(field(R"({"kind":"cursor","uri":"ws:///","line":1,"col":0})"), "selector.uri");
  EXPECT_EQ(field(R"({"kind":"cursor","uri":"a","line":1e30,"col":0})"), "selector.line");
  EXPECT_EQ(field(R"({"kind":"range","uri":"a","start":[2,0],"end":[1,0]})"), "selector.end");
  EXPECT_EQ(field(R"({"kind":"symbol","qualname":"no_module"})"), "selector.qualname");
  EXPECT_EQ(field(R"({"kind":"symbol","qualname":"m:C:body"})"), "selector.qualname");
  EXPECT_EQ(field(R"({"kind":"ast","path":[["class","C",1]]})"), "selector.path");
  EXPECT_EQ(field(R"({"kind":"anchor","uri":"a","snippet":"x","hash":"sha1:00"})"), "selector.hash");
}

std::string random_text(Stream& random, std::string_view forbidden) {
  static const std::vector<std::string> kPieces{"a", "Z",  "_", "9", "#",  "?",    "%",         "\"", " ",
                                                "/", "\\", "(", ")", "[",  "]",    "<",         ">",  ",",
                                                ".", ":",  "@", "=", "\n", "\x7f", "é",         "漢", "😀",
                                                "~", "-",  "+", "*", "&",  "body", "overload=", "://"};
  std::string out;
  const size_t count = 1 + random.below(8);
  while (out.size() < count) {
    const std::string& piece = kPieces[random.below(kPieces.size())];
    if (piece.find_first_of(forbidden) == std::string::npos) out += piece;
  }
  return out;
}

DocumentPath random_document(Stream& random) {
  std::string path = "dir" + random_text(random, "");
  switch (random.below(3)) {
    case 0:
      return {"/" + path, true};
    case 1:
      std::erase(path, '\\');
      return {"C:/" + path, true};
    default:
      return {path, false};
  }
}

Position random_position(Stream& random) {
  return {static_cast<int64_t>(random.below(100000)), static_cast<int64_t>(random.below(1000))};
}

Selector random_selector(Stream& random) {
  switch (random.below(5)) {
    case 0:
      return {CursorSelector{random_document(random), random_position(random)}, ""};
    case 1: {
      const Position a = random_position(random), b = random_position(random);
      return {RangeSelector{random_document(random), {std::min(a, b), std::max(a, b)}}, ""};
    }
    case 2: {
      SymbolSelector out{random.chance(0.5) ? "py" : "cpp", random_text(random, "./"), {}, {}, {}, 0};
      for (size_t i = 0; i <= random.below(3); ++i) out.names.push_back(random_text(random, ":"));
      if (random.chance(0.5)) out.role = static_cast<SymbolRole>(random.below(4));
      if (random.chance(0.5)) {
        out.parameters.emplace();
        for (size_t i = 0; i < random.below(3); ++i) {
          out.parameters->push_back(normalised_type("t" + random_text(random, "\n")));
        }
      }
      out.overload = static_cast<int64_t>(random.below(3));
      return {out, ""};
    }
    case 3: {
      AstSelector out;
      for (size_t i = 0; i <= random.below(3); ++i) {
        if (random.chance(0.5)) {
          out.path.push_back({"class", random_text(random, ""), {}});
        } else {
          out.path.push_back(
              {"name", {}, random.chance(0.5) ? std::optional<int64_t>(random.below(9)) : std::nullopt});
        }
      }
      return {out, ""};
    }
    default:
      return {AnchorSelector{random_document(random), random_text(random, ""),
                             static_cast<int64_t>(random.below(99))},
              ""};
  }
}

TEST(Selector, EverySelectorReadsBackFromItsTextAndItsJson) {
  EXPECT_TRUE(rc::check([](uint64_t seed) {
    Stream random(seed);
    for (int i = 0; i < 20; ++i) {
      Selector selector = random_selector(random);
      const std::string text = print_selector(selector);
      RC_LOG(text);
      RC_ASSERT(parse_selector(text) == selector);
      RC_ASSERT(canonical_text(text) == text);
      selector.document_version = "v";
      RC_ASSERT(selector_from_json(Json::parse(selector_json(selector).dump())) == selector);
    }
  }));
}

TEST(Selector, AnyTextIsReadOrRefused) {
  EXPECT_TRUE(rc::check([](uint64_t seed) {
    Stream random(seed);
    for (int i = 0; i < 20; ++i) {
      std::string text =
          random.chance(0.5) ? print_selector(random_selector(random)) : random_text(random, "");
      if (random.chance(0.7)) text.insert(random.below(text.size() + 1), random_text(random, ""));
      try {
        const Selector selector = parse_selector(text);
        RC_LOG(text + "\n  " + print_selector(selector));
        RC_ASSERT(parse_selector(print_selector(selector)) == selector);
      } catch (const LspError& error) {
        RC_ASSERT(error.status() == Status::bad_selector_syntax);
      }
    }
  }));
}

}  // namespace
}  // namespace gradus
