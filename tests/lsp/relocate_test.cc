#include "gradus/lsp/relocate.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gradus/base/random.h"
#include "gradus/lsp/winnow.h"

namespace gradus {
namespace {

Json range_json(int first, int last) {
  return {{"start", {{"line", first}, {"character", 0}}}, {"end", {{"line", last}, {"character", 80}}}};
}

Json symbol_json(const char* name, int kind, int first, int last, Json children = Json::array(),
                 const char* detail = "") {
  const Json selection{{"start", {{"line", first}, {"character", 4}}},
                       {"end", {{"line", first}, {"character", 5}}}};
  return {{"name", name},
          {"kind", kind},
          {"range", range_json(first, last)},
          {"selectionRange", selection},
          {"detail", detail},
          {"children", std::move(children)}};
}

SourceDocument document_of(const std::string& path, const Json& answer, std::string text = "") {
  return {path, std::move(text), read_symbols(answer, {path, language_of_path(path)}), "v1"};
}

// Two modules with a class of the same name.
std::vector<SourceDocument> two_modules() {
  const Json answer = Json::array(
      {symbol_json("C", 5, 0, 9, Json::array({symbol_json("f", 6, 1, 3), symbol_json("g", 6, 4, 6)})),
       symbol_json("f", 12, 20, 22)});
  return {document_of("src/pkg/one.py", answer), document_of("src/pkg/two.py", answer)};
}

Resolution resolve(const char* selector, const std::vector<SourceDocument>& documents,
                   RelocateOptions options = {}) {
  return relocate(parse_selector(selector), documents, options);
}

TEST(Symbols, ReadsTreesAndFlatLists) {
  const auto tree = two_modules()[0].symbols;
  ASSERT_EQ(tree.size(), 4u);
  EXPECT_EQ(qualified_name(tree[1]), (std::vector<std::string>{"C", "f"}));
  EXPECT_EQ(tree[1].kind, "method");
  const Json flat = Json::array({{{"name", "f"},
                                  {"kind", 6},
                                  {"containerName", "C"},
                                  {"location", {{"uri", "x"}, {"range", range_json(1, 3)}}}}});
  EXPECT_EQ(qualified_name(read_symbols(flat, {"a.py", "py"})[0]), (std::vector<std::string>{"C", "f"}));
  EXPECT_TRUE(read_symbols(nullptr, {"a.py", "py"}).empty());
}

std::string qualified(const Symbol& symbol) {
  std::string out;
  for (const std::string& name : qualified_name(symbol)) out += (out.empty() ? "" : ".") + name;
  return out;
}

TEST(Symbols, MethodsAreWrittenWithTheirReceivers) {
  Json answer = Json::array();
  for (const char* name : {"(*Cart).Total", "(Cart).Len", "(*List[T]).Push", "(*pkg.Cart).Far",
                           "(anonymous struct)", "(anonymous).", "(unnamed enum at a.h:3)", "Plain"}) {
    answer.push_back(symbol_json(name, 6, 0, 1));
  }
  std::string names;
  for (const Symbol& symbol : read_symbols(answer, {"cart.go", "go"})) names += qualified(symbol) + " ";
  EXPECT_EQ(names, "Cart.Total Cart.Len List.Push Cart.Far Plain ");
  for (const char* address :
       {"go://cart.go#Cart.Total", "go://cart.go#(*Cart).Total", "go://cart.go#(Cart).Total"}) {
    EXPECT_EQ(resolve(address, {document_of("cart.go", answer)}).status, Status::ok) << address;
  }
  EXPECT_EQ(print_selector(parse_selector("go://cart.go#(*List[T]).Push:body")),
            "go://cart.go#List.Push:body");
  for (const char* wrong : {"go://a.go#().x", "go://a.go#(*).x", "go://a.go#(a b).x"}) {
    EXPECT_THROW(parse_selector(wrong), LspError) << wrong;
  }
}

TEST(Symbols, FlatListsStandInWhatIsAroundThemAndHaveTheirNames) {
  const auto flat = [](const char* name, int kind, int first, int last, const Json& container) {
    return Json{{"name", name},
                {"kind", kind},
                {"containerName", container},
                {"location", {{"uri", "x"}, {"range", range_json(first, last)}}}};
  };
  const Text text("class C:\n    def f(self):\n        x = 1\n    def g(self): pass\ndef f(): pass\n\n",
                  "a.py");
  const Json answer =
      Json::array({flat("f", 12, 4, 5, nullptr), flat("x", 13, 2, 3, nullptr), flat("f", 6, 1, 3, nullptr),
                   flat("C", 5, 0, 4, nullptr), flat("g", 6, 3, 4, "C")});
  std::string names;
  for (const Symbol& symbol : read_symbols(answer, {"a.py", "py", &text, Encoding::utf16})) {
    names += qualified(symbol) + " " + std::to_string(symbol.selection.start.line) + ":" +
             std::to_string(symbol.selection.start.character) + " ";
  }
  EXPECT_EQ(names, "f 4:4 C.f.x 2:8 C.f 1:8 C 0:6 C.g 3:8 ");
}

TEST(Symbols, ReadsWhatClangdWrites) {
  const Json answer =
      Json::array({symbol_json("ns", 3, 0, 9,
                               Json::array({symbol_json(
                                   "(anonymous namespace)", 3, 1, 5,
                                   Json::array({symbol_json("h", 12, 2, 3, Json::array(),
                                                            "int (int, std::map<int, char *> &) const")}))})),
                   symbol_json("C::f", 6, 10, 12, Json::array(), "void (void)"),
                   symbol_json("C::operator()", 6, 13, 14, Json::array(), "void (*(int))(char)")});
  const auto symbols = read_symbols(answer, {"a.cc", "cpp"});
  ASSERT_EQ(symbols.size(), 4u);
  EXPECT_EQ(qualified_name(symbols[1]), (std::vector<std::string>{"ns", "h"}));
  EXPECT_EQ(symbols[1].parameters, (std::vector<std::string>{"int", "std::map<int,char*>&"}));
  EXPECT_EQ(qualified_name(symbols[2]), (std::vector<std::string>{"C", "f"}));
  EXPECT_EQ(symbols[2].parameters, std::vector<std::string>{});
  EXPECT_EQ(symbols[3].name, "operator()");
  EXPECT_FALSE(symbols[3].parameters.has_value());
}

TEST(Symbols, RefusesWhatIsNotLsp) {
  const SymbolSource source{"a.py", "py"};
  EXPECT_THROW(read_symbols(Json::parse(R"({"a":1})"), source), Error);
  EXPECT_THROW(read_symbols(Json::parse(R"([1])"), source), Error);
  EXPECT_THROW(read_symbols(Json::parse(R"([{"name":"f","kind":"x"}])"), source), Error);
  EXPECT_THROW(read_symbols(Json::parse(R"([{"name":"f","kind":6}])"), source), Error);
  Json upside_down = Json::array({symbol_json("f", 6, 5, 4)});
  EXPECT_THROW(read_symbols(upside_down, source), Error);
  Json deep = Json::array({symbol_json("f", 6, 0, 1)});
  for (int i = 0; i < 80; ++i) deep = Json::array({symbol_json("f", 6, 0, 1, std::move(deep))});
  EXPECT_THROW(read_symbols(deep, source), Error);
}

TEST(Symbols, AnIdSurvivesEditsOfTheBodyAndNotARename) {
  const auto id = [](const char* name, int last) {
    return symbol_id(read_symbols(Json::array({symbol_json(name, 6, 0, last)}), {"a.py", "py"})[0]);
  };
  EXPECT_EQ(id("f", 3), id("f", 30));
  EXPECT_NE(id("f", 3), id("g", 3));
  EXPECT_TRUE(id("f", 3).starts_with("sha256:"));
}

TEST(Relocate, FindsASymbolByItsModule) {
  const Resolution found = resolve("py://pkg.two#C.f", two_modules());
  ASSERT_EQ(found.status, Status::ok);
  EXPECT_EQ(found.candidates[0].document, "src/pkg/two.py");
  EXPECT_EQ(found.candidates[0].name, "C.f");
  EXPECT_EQ(found.candidates[0].score, 1);
  EXPECT_EQ(found.confidence, 1);
  EXPECT_EQ(found.considered, 4u) << "every symbol of the last name is evidence";
  EXPECT_NEAR(found.candidates[1].score, 0.5 + 0.2 + 0.2 * 0.5 + 0.1, 1e-9) << "f of the same module";
}

TEST(Relocate, TheAstKindCounts) {
  const Resolution found = resolve("ast://[module=pkg.one]/[class=C]/[def=f]", two_modules());
  ASSERT_EQ(found.status, Status::ok);
  EXPECT_EQ(found.candidates[0].name, "C.f");
  const Resolution other = resolve("ast://[module=pkg.one]/[class=C]/[enum=f]", two_modules());
  EXPECT_EQ(other.status, Status::ambiguous) << "half of the score is the kind";
  EXPECT_EQ(resolve("ast://[module=pkg.one]/[class=C]/name", two_modules()).candidates[0].range,
            (Range{{0, 4}, {0, 5}}));
  EXPECT_THROW(resolve("ast://[class=C]/condition[1]", two_modules()), LspError);
}

TEST(Relocate, EqualPlacesAreAmbiguousAndRanked) {
  auto documents = two_modules();
  documents.erase(documents.begin());
  documents.push_back(document_of("lib/pkg/two.py", Json::array({symbol_json("C", 5, 0, 9)})));
  const Resolution found = resolve("py://pkg.two#C", documents);
  EXPECT_EQ(found.status, Status::ambiguous);
  ASSERT_EQ(found.candidates.size(), 2u);
  EXPECT_EQ(found.candidates[0].document, "lib/pkg/two.py");
  const LspError error = resolution_error(found, "py://pkg.two#C");
  EXPECT_EQ(error.status(), Status::ambiguous);
  EXPECT_NE(std::string(error.what()).find("lib/pkg/two.py:1:1 C (1.000); src/pkg/two.py:1:1 C"),
            std::string::npos)
      << error.what();
  RelocateOptions calibrated;
  calibrated.calibrated = true;
  EXPECT_EQ(resolve("py://pkg.two#C", documents, calibrated).confidence, 0);
}

TEST(Relocate, NothingOfTheNameIsNotFoundWithTheNearest) {
  const Resolution found = resolve("py://pkg.one#C.missing", two_modules());
  EXPECT_EQ(found.status, Status::not_found);
  EXPECT_EQ(found.confidence, 0);
  ASSERT_FALSE(found.candidates.empty());
  EXPECT_EQ(found.candidates[0].document, "src/pkg/one.py");
  EXPECT_EQ(resolve("py://pkg.one#f", {}).status, Status::not_found);
}

TEST(Relocate, OverloadsAreChosenByTypesOrByNumber) {
  const Json answer = Json::array({symbol_json("f", 12, 0, 0, Json::array(), "void (int)"),
                                   symbol_json("f", 12, 5, 9, Json::array(), "void (int)"),
                                   symbol_json("f", 12, 20, 21, Json::array(), "void (char *)")});
  const std::vector<SourceDocument> documents{document_of("a.cc", answer)};
  const auto line = [&](const char* selector) {
    return resolve(selector, documents).candidates.at(0).range.start.line;
  };
  EXPECT_EQ(line("cpp://a.cc#f"), 5) << "the definition, not the declaration";
  EXPECT_EQ(line("cpp://a.cc#f(char*)"), 20);
  EXPECT_EQ(line("cpp://a.cc#f?overload=1"), 20);
  EXPECT_EQ(resolve("cpp://a.cc#f?overload=2", documents).status, Status::not_found);
  EXPECT_EQ(resolve("cpp://a.cc#f(long)", documents).status, Status::not_found);
}

TEST(Relocate, RolesArePartsOfASymbol) {
  const std::string text = "// adds\n// two\nint add(int a = '{') {\n  return a;\n}\n";
  Json answer = Json::array({symbol_json("add", 12, 2, 4, Json::array(), "int (int)")});
  answer[0]["range"]["end"]["character"] = 1;
  answer[0]["selectionRange"] = {{"start", {{"line", 2}, {"character", 4}}},
                                 {"end", {{"line", 2}, {"character", 7}}}};
  const std::vector<SourceDocument> documents{document_of("a.cc", answer, text)};
  EXPECT_EQ(resolve("cpp://a.cc#add:sig", documents).candidates[0].range, (Range{{2, 0}, {2, 20}}));
  EXPECT_EQ(resolve("cpp://a.cc#add:body", documents).candidates[0].range, (Range{{2, 21}, {4, 1}}));
  EXPECT_EQ(resolve("cpp://a.cc#add:doc", documents).candidates[0].range, (Range{{0, 0}, {1, 6}}));
  EXPECT_EQ(resolve("cpp://a.cc#add:def", documents).candidates[0].range, (Range{{2, 0}, {4, 1}}));
  const std::string python = "def f(a: int) -> int:\n    \"\"\"Says.\"\"\"\n    return a\n";
  Json def = Json::array({symbol_json("f", 12, 0, 2)});
  def[0]["range"]["end"]["character"] = 12;
  const std::vector<SourceDocument> module{document_of("m.py", def, python)};
  EXPECT_EQ(resolve("py://m#f:sig", module).candidates[0].range, (Range{{0, 0}, {0, 20}}));
  EXPECT_EQ(resolve("py://m#f:doc", module).candidates[0].range, (Range{{1, 4}, {1, 15}}));
  EXPECT_EQ(resolve("py://m#f:body", module).candidates[0].range, (Range{{1, 4}, {2, 12}}));
}

TEST(Relocate, CursorsHoldOnTheirSnapshotAlone) {
  const std::vector<SourceDocument> documents{document_of("a.py", nullptr, "é = 1\n")};
  Selector cursor = parse_selector("a.py@L1:C3");
  cursor.document_version = "v1";
  EXPECT_EQ(relocate(cursor, documents, {}).confidence, 1);
  EXPECT_EQ(relocate(cursor, documents, {.encoding = Encoding::utf8}).candidates[0].range.start,
            (Position{0, 3}));
  cursor.document_version = "v0";
  const Resolution stale = relocate(cursor, documents, {});
  EXPECT_EQ(stale.status, Status::version_skew);
  EXPECT_TRUE(stale.candidates.empty());
  const Resolution mapped = relocate(cursor, documents, {.mapped = ExactPlace{"a.py", {{7, 0}, {7, 0}}}});
  EXPECT_EQ(mapped.status, Status::ok);
  EXPECT_EQ(mapped.candidates[0].range.start.line, 7);
}

TEST(Relocate, AnchorsAreFoundExactlyThenByFingerprints) {
  const std::string text =
      "import os\n\ndef load_data(path, mode):\n    return open(path, mode)\n\ndef save_data(path):\n    "
      "return None\n";
  const std::vector<SourceDocument> documents{document_of("a.py", nullptr, text)};
  const Resolution exact = resolve("anchor://a.py#\"def load_data(\"", documents);
  ASSERT_EQ(exact.status, Status::ok);
  EXPECT_EQ(exact.candidates[0].range, (Range{{2, 0}, {2, 14}}));
  EXPECT_EQ(exact.confidence, 1);
  const Resolution edited = resolve("anchor://a.py#\"def load_data(path, encoding, mode):\"", documents);
  ASSERT_FALSE(edited.candidates.empty());
  EXPECT_EQ(edited.candidates[0].range.start.line, 2);
  EXPECT_LT(edited.confidence, 1);
  EXPECT_EQ(resolve("anchor://a.py#\"nowhere\"", documents).status, Status::not_found)
      << "too short for fingerprints";
  EXPECT_EQ(resolve("anchor://b.py#\"def\"", documents).status, Status::not_found);
  EXPECT_EQ(resolve("anchor://a.py#\"return\"", documents).status, Status::ambiguous)
      << "it stands there twice";
  const Resolution near = resolve("anchor://a.py#\"return\"?ctx=1", documents, {.line = 6});
  ASSERT_EQ(near.status, Status::ok);
  EXPECT_EQ(near.candidates[0].range.start.line, 6);
}

TEST(Winnow, SharedPassagesOfTenCharactersShareAFingerprint) {
  EXPECT_TRUE(rc::check([](uint64_t seed) {
    Stream random(seed);
    const auto letters = [&](size_t count) {
      std::string out;
      for (size_t i = 0; i < count; ++i) out += static_cast<char>('a' + random.below(4));
      return out;
    };
    std::string passage = letters(kGram + kWindow - 1 + random.below(20));
    const std::string a = letters(random.below(30)) + passage + letters(random.below(30));
    for (size_t i = 1; i < passage.size(); i += 1 + random.below(5)) passage.insert(i, " \n");
    const std::string b = letters(random.below(30)) + passage + letters(random.below(30));
    RC_ASSERT(similarity(winnow(a), winnow(b)) > 0);
  }));
}

TEST(Winnow, EveryWindowHasAFingerprintAndShortTextsHaveFew) {
  EXPECT_TRUE(winnow("sixsix").empty());
  EXPECT_EQ(winnow("seven77").size(), 1u);
  EXPECT_EQ(winnow("").size(), 0u);
  EXPECT_EQ(fingerprinted_length(" a\tb\u00a0c\n"), 3u);
  const std::string text = "int main(int argc, char** argv) { return argc > 1 ? 0 : 1; }";
  EXPECT_EQ(similarity(winnow(text), winnow("  " + text + "\n")), 1);
}

std::vector<SourceDocument> random_documents(Stream& random) {
  std::vector<SourceDocument> out;
  for (size_t d = 0; d <= random.below(4); ++d) {
    Json answer = Json::array();
    for (size_t i = 0; i < random.below(6); ++i) {
      const auto line = static_cast<int>(random.below(50));
      const std::string name(1, static_cast<char>('f' + random.below(2)));
      Json inner = Json::array();
      if (random.chance(0.5)) inner.push_back(symbol_json("f", random.chance(0.5) ? 6 : 12, line, line + 1));
      answer.push_back(symbol_json(name.c_str(), random.chance(0.5) ? 5 : 12, line, line + 5, inner));
    }
    out.push_back(document_of("d" + std::to_string(d) + "/m.py", answer));
  }
  return out;
}

TEST(Relocate, TheAnswerDoesNotDependOnTheOrderOfArrival) {
  EXPECT_TRUE(rc::check([](uint64_t seed) {
    Stream random(seed);
    auto documents = random_documents(random);
    const char* const selector =
        random.chance(0.5) ? "py://d1.m#f.f" : "ast://[module=d0.m]/[class=g]/[def=f]";
    RelocateOptions options;
    if (random.chance(0.5)) options.line = static_cast<int64_t>(random.below(50));
    const Resolution first = resolve(selector, documents, options);
    for (int i = 0; i < 5; ++i) {
      random.shuffle(std::span(documents));
      for (SourceDocument& document : documents) random.shuffle(std::span(document.symbols));
      const Resolution other = resolve(selector, documents, options);
      RC_ASSERT(other.status == first.status);
      RC_ASSERT(resolution_json(other).dump() == resolution_json(first).dump());
    }
  }));
}

TEST(Relocate, TheOrderOfCandidatesIsTotal) {
  EXPECT_TRUE(rc::check([](uint64_t seed) {
    Stream random(seed);
    std::vector<Candidate> all;
    for (int i = 0; i < 12; ++i) {
      Candidate one{std::string(1, static_cast<char>('a' + random.below(2))),
                    {{static_cast<int64_t>(random.below(2)), 0}, {3, 0}}};
      one.score = static_cast<double>(random.below(2));
      one.name = std::string(random.below(2), 'n');
      all.push_back(one);
    }
    const auto same = [](const Candidate& a, const Candidate& b) {
      return a.document == b.document && a.range == b.range && a.score == b.score && a.name == b.name;
    };
    for (const Candidate& a : all) {
      for (const Candidate& b : all) {
        RC_ASSERT(candidate_before(a, b) + candidate_before(b, a) + same(a, b) == 1);
        for (const Candidate& c : all)
          RC_ASSERT(!(candidate_before(a, b) && candidate_before(b, c)) || candidate_before(a, c));
      }
    }
  }));
}

}  // namespace
}  // namespace gradus
