#include "gradus/method/method.h"

#include <gtest/gtest.h>

namespace gradus {
namespace {

constexpr const char* kFile = R"(key = "mine"
system = "a method of ours"
names = ["Mine", "my method"]
paper = "arXiv 2601.00001"

[chain.second]
parameters = { rate = 0.5, count = 3, on = true, from = ["a", "b"] }
operator = [
  { name = "shape.one", rate = "{rate}", count = "{count}", on = "{on}" },
  { name = "shape.two", from = "{from}", mixed = ["x", "{rate}"] },
]

[chain.first]
operator = [{ name = "shape.three" }]
)";

Method mine() {
  return read_method(Config::parse(kFile, "mine.toml"));
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 2);
    return error.what();
  }
  ADD_FAILURE() << "was accepted";
  return "";
}

TEST(Method, ChainsStandInTheOrderOfTheFile) {
  const Method method = mine();
  ASSERT_EQ(method.chains.size(), 2u);
  EXPECT_EQ(method.chains[0].name, "second");
  EXPECT_EQ(method.names, (std::vector<std::string>{"Mine", "my method"}));
}

TEST(Method, ParametersGoWhereTheirNamesStand) {
  const Recipe recipe = filled(mine().chain("second"), {{"rate", 1}, {"from", {"c"}}}, {});
  EXPECT_EQ(recipe[0].params, (Json{{"count", 3}, {"on", true}, {"rate", 1}}));
  EXPECT_EQ(recipe[1].params, (Json{{"from", {"c"}}, {"mixed", {"x", 1}}}));
}

TEST(Method, AParameterThatIsNotThereOrOfAnotherKindIsRefused) {
  const Method method = mine();
  const Place place{.file = "study.toml", .path = "arm[0].with", .line_of = {}};
  const std::string unknown = refusal([&] { filled(method.chain("second"), {{"rat", 1}}, place); });
  EXPECT_NE(unknown.find("no parameter 'rat'"), std::string::npos) << unknown;
  EXPECT_NE(unknown.find("did you mean 'rate'?"), std::string::npos) << unknown;
  EXPECT_NE(unknown.find("arm[0].with.rat"), std::string::npos) << unknown;
  const std::string kind = refusal([&] { filled(method.chain("second"), {{"count", 2.5}}, place); });
  EXPECT_NE(kind.find("expected a whole number"), std::string::npos) << kind;
  const std::string none = refusal([&] { filled(method.chain("first"), {{"rate", 1}}, {}); });
  EXPECT_NE(none.find("the chain 'first' has no parameter 'rate'"), std::string::npos) << none;
}

TEST(Method, AnUndeclaredParameterInAChainNamesTheLine) {
  std::string text = kFile;
  text.replace(text.find("\"{count}\""), 9, "\"{coutn}\"");
  const std::string said = refusal([&] { read_method(Config::parse(text, "mine.toml")); });
  EXPECT_NE(said.find("mine.toml:9"), std::string::npos) << said;
  EXPECT_NE(said.find("did you mean 'count'?"), std::string::npos) << said;
}

TEST(Method, UnknownKeysOfAChainAreRefused) {
  std::string text = kFile;
  text.replace(text.find("parameters"), 10, "paramters");
  const std::string said = refusal([&] { read_method(Config::parse(text, "mine.toml")); });
  EXPECT_NE(said.find("paramters"), std::string::npos) << said;
}

TEST(Methods, AreFoundByKeyNameAndPaper) {
  const Method& pure = find_method("pure");
  for (const char* name :
       {"PURE", "min-form credit assignment", "2504.15275", "arXiv 2504.15275", "arxiv:2504.15275"})
    EXPECT_EQ(&find_method(name), &pure) << name;
  const std::string said = refusal([] { find_method("prme"); });
  EXPECT_NE(said.find("did you mean 'prime'"), std::string::npos) << said;
}

TEST(Methods, AChainIsNamedBehindItsMethod) {
  EXPECT_EQ(find_chain("pure/min_form").chain.name, "min_form");
  EXPECT_EQ(find_chain("pure").chain.name, "credit");
  const std::string said = refusal([] { find_chain("pure/min_from"); });
  EXPECT_NE(said.find("did you mean 'min_form'"), std::string::npos) << said;
  EXPECT_NE(refusal([] { find_chain("post_eval"); }).find("it has none"), std::string::npos);
}

TEST(Methods, WordsFindWhatIsSaidOfThem) {
  const auto keys = [](const std::string& words) {
    std::vector<std::string> out;
    for (const Method* method : search_methods(words)) out.push_back(method->key);
    return out;
  };
  EXPECT_EQ(keys("information gain"), std::vector<std::string>{"igpo"});
  EXPECT_GE(keys("shape.min_form").size(), 1u);
  EXPECT_EQ(keys("").size(), methods().size());
  EXPECT_TRUE(keys("zzz").empty());
}

TEST(Methods, EveryFileIsNamedByItsKey) {
  for (const Method& method : methods()) {
    EXPECT_EQ(method.config.file(), "methods/" + method.key + ".toml");
    EXPECT_FALSE(method.system.empty()) << method.key;
    for (const Chain& chain : method.chains)
      EXPECT_FALSE(chain.steps.empty()) << method.key << "/" << chain.name;
  }
}

}  // namespace
}  // namespace gradus
