#include "gradus/lsp/bundle.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <set>

#include "gradus/base/random.h"
#include "gradus/lsp/process_reward.h"
#include "gradus/lsp/schema.h"
#include "gradus/lsp/selector.h"

namespace gradus {
namespace {

Json location(const std::string& uri, int line, int character) {
  return {{"uri", uri},
          {"range",
           {{"start", {{"line", line}, {"character", character}}},
            {"end", {{"line", line}, {"character", character + 3}}}}}};
}

EnvironmentFacts environment() {
  return {.server_name = "clangd",
          .server_version = "14.0.6",
          .server_arguments = {"--background-index"},
          .root_digest = "sha256:1",
          .config_digest = "sha256:2",
          .platform = "linux-x86_64"};
}

BundleParts parts_of(const std::vector<Json>& references) {
  BundleParts parts;
  parts.request = {{"cmd", "refs"}, {"selector", selector_json(parse_selector("src/a.cc@L1:C5"))}};
  std::vector<Json> entries;
  for (const Json& one : references) entries.push_back(entry_of(neutral(one, "/w"), ""));
  add_locations(parts.facts, "references", entries, {});
  parts.environment = environment_json(environment());
  parts.capabilities =
      capabilities_json({{"referencesProvider", true}, {"renameProvider", {{"prepareProvider", true}}}});
  return parts;
}

std::vector<Json> some_references(Stream& random) {
  std::vector<Json> out;
  for (int i = 0; i < 40; ++i) {
    out.push_back(
        location("file:///w/src/" + std::string(1, static_cast<char>('a' + random.below(3))) + ".cc",
                 static_cast<int>(random.below(5)), static_cast<int>(random.below(5))));
  }
  return out;
}

// A server may answer in any order, send an entry twice and its fields in another order; times differ.
TEST(Bundle, AHundredShuffledRepeatsHaveOneId) {
  Stream random(7);
  std::vector<Json> references = some_references(random);
  std::set<std::string> ids, texts;
  for (int repeat = 0; repeat < 100; ++repeat) {
    random.shuffle(std::span(references));
    std::vector<Json> answer = references;
    answer.push_back(references[random.below(references.size())]);
    for (Json& one : answer) {
      if (random.chance(0.5)) one = {{"range", one.at("range")}, {"uri", one.at("uri")}};
    }
    BundleParts parts = parts_of(answer);
    parts.meta["durationMs"] = random.uniform();
    parts.meta["cache"] = random.chance(0.5);
    parts.request["requestId"] = random.next() % 1000;
    const Json bundle = make_bundle(parts);
    ids.insert(bundle.at("bundleId").get<std::string>());
    EXPECT_EQ(bundle_id(bundle), bundle.at("bundleId"));
    texts.insert(canonical(bundle.at("facts")));
  }
  EXPECT_EQ(ids.size(), 1u);
  EXPECT_EQ(texts.size(), 1u);
}

TEST(Bundle, EveryOtherFactChangesTheId) {
  const Json bundle = make_bundle(parts_of({location("file:///w/a.cc", 1, 2)}));
  std::set<std::string> ids{bundle.at("bundleId").get<std::string>()};
  const auto differs = [&](const BundleParts& parts) {
    return ids.insert(make_bundle(parts).at("bundleId").get<std::string>()).second;
  };
  EXPECT_TRUE(differs(parts_of({location("file:///w/a.cc", 1, 3)})));
  EXPECT_TRUE(differs(parts_of({})));
  BundleParts other = parts_of({location("file:///w/a.cc", 1, 2)});
  other.request["cmd"] = "def";
  EXPECT_TRUE(differs(other));
  other = parts_of({location("file:///w/a.cc", 1, 2)});
  other.environment["server"]["version"] = "15";
  EXPECT_TRUE(differs(other));
  other = parts_of({location("file:///w/a.cc", 1, 2)});
  other.status = Status::ambiguous;
  EXPECT_TRUE(differs(other)) << "through meta.exit_code";
  EXPECT_FALSE(differs(parts_of({location("file:///w/a.cc", 1, 2)})));
}

TEST(Bundle, CanBeScoredAgainUnderItsId) {
  BundleParts parts = parts_of({});
  const std::string id = make_bundle(parts).at("bundleId");
  const std::vector<StepFacts> step{{.diagnostics = 1, .safe = true, .confidence = 0.72}};
  parts.process_reward = process_reward_json(process_rewards(step, {})[0], {});
  EXPECT_EQ(make_bundle(parts).at("bundleId"), id);
}

TEST(Bundle, AbsolutePathsAndLargeNumbersAreNeutral) {
  const Json answer = Json::parse(
      R"({"changes":{"file:///w/a%20b.cc":[]},"uri":"file:///w/x.cc","other":"file:///w/x.cc","n":9007199254740993,"out":{"uri":"file:///usr/include/a.h"}})");
  const Json found = neutral(answer, "/w");
  EXPECT_EQ(
      found.dump(),
      R"({"changes":{"ws:///a%20b.cc":[]},"uri":"ws:///x.cc","other":"file:///w/x.cc","n":"9007199254740993","out":{"uri":"file:///usr/include/a.h"}})");
  Json deep = 1;
  for (int i = 0; i < 300; ++i) deep = Json::array({std::move(deep)});
  EXPECT_THROW(neutral(deep, "/w"), Error);
}

TEST(Bundle, EntriesHaveFlatRanges) {
  EXPECT_EQ(entry_of(location("ws:///a", 1, 2), "").at("range"), Json({1, 2, 1, 5}));
  const Json link{{"targetUri", "ws:///b"},
                  {"targetRange", location("", 3, 0).at("range")},
                  {"targetSelectionRange", location("", 3, 1).at("range")}};
  EXPECT_EQ(entry_of(link, "").dump(), R"({"uri":"ws:///b","target":[3,0,3,3],"range":[3,1,3,4]})");
  const Json symbol{{"name", "f"}, {"kind", 12}, {"location", location("ws:///c", 5, 0)}};
  EXPECT_EQ(entry_of(symbol, "").dump(), R"({"uri":"ws:///c","name":"f","kind":12,"range":[5,0,5,3]})");
  EXPECT_THROW(entry_of(Json::parse(R"({"range":{"start":1}})"), ""), Error);
  EXPECT_THROW(entry_of(3, ""), Error);
}

TEST(Bundle, LongListsAreCutAndGoOn) {
  std::vector<Json> entries;
  for (int i = 0; i < 10; ++i) entries.push_back(entry_of(location("ws:///a", 9 - i, 0), ""));
  Json first = Json::object(), second = Json::object();
  add_locations(first, "references", entries, {.most = 4});
  EXPECT_EQ(first.at("references").size(), 4u);
  const Json mark = first.at("truncated").at("references");
  EXPECT_EQ(mark.at("total"), 10);
  const std::string next = mark.at("next");
  add_locations(second, "references", entries, {.cursor = next});
  EXPECT_EQ(second.at("references").size(), 6u);
  EXPECT_EQ(second.at("references")[0].at("range")[0], 4);
  EXPECT_TRUE(second.at("truncated").at("references").at("next").is_null());
  entries.pop_back();
  try {
    add_locations(second, "references", entries, {.cursor = next});
    FAIL() << "the list is another";
  } catch (const LspError& error) {
    EXPECT_EQ(error.status(), Status::version_skew);
  }
  EXPECT_THROW(add_locations(second, "references", entries, {.cursor = "x"}), LspError);
  Json whole = Json::object();
  add_locations(whole, "references", entries, {});
  EXPECT_FALSE(whole.contains("truncated"));
}

TEST(Bundle, FitsItsPublishedSchema) {
  BundleParts parts = parts_of({location("file:///w/a.cc", 1, 2)});
  const std::vector<StepFacts> step{{.diagnostics = 1, .confidence = 0.5}};
  parts.process_reward = process_reward_json(process_rewards(step, {})[0], {});
  Json bundle = make_bundle(parts);
  for (const SchemaFault& fault : schema_faults(bundle, "bundle"))
    ADD_FAILURE() << fault.path << ": " << fault.expected;
  EXPECT_TRUE(schema_faults(Json{{"id", 3}, {"exit", 0}, {"bundle", bundle}}, "batch-response").empty());
  bundle["request"]["selector"]["line"] = -1;
  const auto faults = schema_faults(bundle, "bundle");
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].path, "request.selector.line");
  EXPECT_THROW(bundle_id(Json::parse(R"({"version":"1.2"})")), Error);
}

TEST(Schema, EveryPublishedOneIsReadAndWhollyChecked) {
  EXPECT_EQ(schema_names().size(), 4u);
  for (const std::string& name : schema_names()) {
    EXPECT_FALSE(schema_text(name).empty());
    EXPECT_FALSE(schema_faults(3, name).empty()) << name;
    EXPECT_FALSE(schema_faults(Json::object(), name).empty()) << name;
  }
  EXPECT_THROW(schema_text("nothing"), Error);
}

TEST(Schema, SelectorsOfEveryKindFit) {
  for (const char* text : {"a@L1:C1", "a@R(1,1->2,1)", "cpp://a.cc#f(int):sig?overload=1",
                           "ast://[class=C]/name[1]/body", "anchor://a#\"x\""}) {
    for (const SchemaFault& fault : schema_faults(selector_json(parse_selector(text)), "position-spec")) {
      ADD_FAILURE() << text << ": " << fault.path << ": " << fault.expected;
    }
  }
}

TEST(Schema, ChecksEveryKeyword) {
  const auto faults = [](const char* schema, const char* document) {
    return faults_against(Json::parse(document), Json::parse(schema)).size();
  };
  EXPECT_EQ(faults(R"({"type":["string","null"]})", "null"), 0u);
  EXPECT_EQ(faults(R"({"type":"integer"})", "1.5"), 1u);
  EXPECT_EQ(faults(R"({"type":"integer"})", "1.0"), 0u);
  EXPECT_EQ(faults(R"({"type":"boolean"})", "0"), 1u);
  EXPECT_EQ(faults(R"({"minimum":0,"maximum":2})", "3"), 1u);
  EXPECT_EQ(faults(R"({"minItems":1,"maxItems":1,"items":{"type":"number"}})", R"(["a"])"), 1u);
  EXPECT_EQ(faults(R"({"minItems":1})", "[]"), 1u);
  EXPECT_EQ(faults(R"({"pattern":"^a$"})", R"("b")"), 1u);
  EXPECT_EQ(faults(R"({"required":["a"],"additionalProperties":false})", R"({"b":1})"), 2u);
  EXPECT_EQ(faults(R"({"const":1})", "2"), 1u);
  EXPECT_THROW(faults(R"({"multipleOf":2})", "3"), Error) << "never half checked";
}

}  // namespace
}  // namespace gradus
