#include "gradus/study/spec.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <unistd.h>

#include "tests/study/small_study.h"

namespace gradus {
namespace {

Error refused(const std::string& text) {
  try {
    study_of(text);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "accepted:\n" << text;
  return Error::internal("");
}

// One change to the small study, and where and how it must be refused.
struct Refusal {
  const char* from;
  const char* to;
  const char* blamed;  // a piece of the changed text that stands on the line to be named; "" for no line
  const char* field;
  std::vector<const char*> words;
};

void expect_refused(const Refusal& refusal) {
  const std::string text = with(refusal.from, refusal.to);
  const Error error = refused(text);
  EXPECT_EQ(error.exit_code(), 2) << error.what();
  EXPECT_EQ(error.file(), "small.toml") << error.what();
  EXPECT_EQ(error.line(), *refusal.blamed ? line_with(text, refusal.blamed) : 0) << error.what();
  EXPECT_EQ(error.field_name(), refusal.field) << error.what();
  for (const char* word : refusal.words) {
    EXPECT_NE(std::string(error.what()).find(word), std::string::npos)
        << "no '" << word << "' in: " << error.what();
  }
}

TEST(StudySpec, ReadsTheSmallStudy) {
  const StudySpec spec = study_of(kSmallStudy);
  EXPECT_EQ(spec.name, "small");
  EXPECT_EQ(spec.file, "small.toml");
  EXPECT_EQ(spec.seeds, (std::vector<uint64_t>{1, 2, 3, 4}));
  EXPECT_EQ(spec.environment, "calculator");
  EXPECT_EQ(spec.policy.width, 16);
  EXPECT_GT(spec.policy.vocabulary, 10) << "comes from the environment";
  EXPECT_EQ(spec.training.samples, 4);
  EXPECT_EQ(spec.training.temperature, 1.0) << "default";
  EXPECT_EQ(spec.evaluation.draws, 10000) << "default";
  ASSERT_EQ(spec.arms.size(), 2u);
  EXPECT_EQ(spec.arms[0].label, "outcome") << "the id where there is no label";
  EXPECT_EQ(spec.arm("process").label, "Process");
  EXPECT_EQ(spec.arm("process").recipe.size(), 2u);
  EXPECT_EQ(spec.bases(), 4u) << "one for each seed";
  EXPECT_EQ(spec.base_of(3), 3u);
  EXPECT_FALSE(spec.evaluation.sequence) << "default";
}

TEST(StudySpec, UnknownKeys) {
  expect_refused({"seeds = 4", "seeds = 4\nsede = 5", "sede", "sede", {"unknown key 'sede'", "'seeds'"}});
  expect_refused({"layers = 1", "layers = 1\nhaeds = 2", "haeds", "policy.haeds", {"did you mean 'heads'?"}});
  expect_refused(
      {"prompts = 2", "prompts = 2\nkl = 1", "kl = 1", "training.kl", {"unknown key 'kl'", "kl_weight"}});
  expect_refused({"margin = 0.02", "margin = 0.02\ndraw = 1", "draw", "evaluation.draw", {"'draws'"}});
  expect_refused({"label = \"Process\"", "lable = \"P\"", "lable", "arm[1].lable", {"'label'"}});
  expect_refused({"operations = 2",
                  "operation = 2",
                  "operation = 2",
                  "environment.operation",
                  {"'calculator' has no parameter 'operation'", "'operations'"}});
  expect_refused({"into = \"advantage\"",
                  "intoo = \"advantage\"",
                  "intoo",
                  "arm[0].operator[0].intoo",
                  {"'credit.grpo' has no parameter 'intoo'", "did you mean 'into'?"}});
}

TEST(StudySpec, WrongTypes) {
  expect_refused(
      {"seeds = 4", "seeds = \"4\"", "seeds", "seeds", {"wrong type", "found \"4\"", "whole number"}});
  expect_refused({"width = 16", "width = 16.5", "width", "policy.width", {"found 16.5", "whole number"}});
  expect_refused({"margin = 0.02", "margin = true", "margin", "evaluation.margin", {"found true"}});
  expect_refused({"name = \"small\"", "name = 3", "name", "name", {"a text in quotes"}});
  expect_refused({"operations = 2",
                  "operations = \"2\"",
                  "operations",
                  "environment.operations",
                  {"wrong type", "a whole number from 1"}});
  expect_refused({"channel = \"call_ok\"",
                  "channel = 3",
                  "channel = 3",
                  "arm[1].operator[0].channel",
                  {"wrong type", "a text"}});
}

TEST(StudySpec, OutOfRange) {
  expect_refused({"seeds = 4", "seeds = 0", "seeds", "seeds", {"out of range", "from 1 to 1000"}});
  expect_refused({"layers = 1", "layers = 49", "layers", "policy.layers", {"found 49", "from 1 to 48"}});
  expect_refused({"updates = 4", "updates = 0", "updates", "training.updates", {"found 0"}});
  expect_refused({"learning_rate = 1e-4",
                  "learning_rate = -1",
                  "learning_rate",
                  "training.learning_rate",
                  {"a number from 0 to 1"}});
  expect_refused({"tasks = 8", "tasks = 1", "tasks", "evaluation.tasks", {"from 2 to"}});
  expect_refused(
      {"operations = 2", "operations = 99", "operations", "environment.operations", {"out of range"}});
  expect_refused({"demonstrations = 100",
                  "demonstrations = 99999999999",
                  "demonstrations",
                  "policy.demonstrations",
                  {"out of range"}});
}

TEST(StudySpec, ValuesThatDoNotFitTogether) {
  expect_refused({"width = 16",
                  "width = 17",
                  "width",
                  "policy.width",
                  {"multiple of the heads", "width 17 with 2 heads"}});
  expect_refused({"layers = 1",
                  "base_policies = 5",
                  "base_policies",
                  "policy.base_policies",
                  {"more base policies than seeds", "5 for 4 seeds"}});
  expect_refused({"margin = 0.02", "margin = 0", "[evaluation]", "margin", {"must be above 0"}});
  expect_refused({"learning_rate = 1e-4",
                  "aggregation = \"mean\"",
                  "aggregation",
                  "training.aggregation",
                  {"found 'mean'", "token_mean, sequence_mean, constant_norm"}});
}

// Seeds that share a base policy are not independent: with two of them a 95 % interval would need 12.7
// standard errors.
TEST(StudySpec, FewerBasePoliciesThanTheStatisticsNeed) {
  for (const char* few : {"base_policies = 1", "base_policies = 2", "base_policies = 3"}) {
    expect_refused({"layers = 1",
                    few,
                    "base_policies",
                    "policy.base_policies",
                    {"fewer base policies than the statistics need", "for 4 seeds",
                     "one for each seed, or at least 5", "leave base_policies out"}});
  }
  const auto bases = [](const std::string& seeds, const std::string& policies) {
    return study_of(with("seeds = 4", "seeds = " + seeds, with("layers = 1", "base_policies = " + policies)))
        .bases();
  };
  EXPECT_EQ(bases("4", "4"), 4u);
  EXPECT_EQ(bases("10", "5"), 5u);
  EXPECT_EQ(bases("1", "1"), 1u);
  const std::string ten = with("seeds = 4", "seeds = 10", with("layers = 1", "base_policies = 5"));
  EXPECT_EQ(study_of(ten).base_of(7), 2u) << "base policies are dealt in turn";
  const Error error = refused(with("margin = 0.02", "margin = 0.02\nsequence = true", ten));
  EXPECT_NE(std::string(error.what()).find("one base policy for each seed"), std::string::npos)
      << error.what();
}

TEST(StudySpec, AnotherNumberOfSeedsKeepsTheRunsOfThoseThatStay) {
  StudySpec few = study_of(kSmallStudy), many = study_of(kSmallStudy);
  many.set_seed_count(9);
  ASSERT_EQ(many.seeds.size(), 9u);
  for (size_t seed = 0; seed < few.seeds.size(); ++seed)
    EXPECT_EQ(few.key_of_run(few.arms[1], seed), many.key_of_run(many.arms[1], seed));
  few.reseed(5);
  many.reseed(5);
  EXPECT_EQ(few.key_of_run(few.arms[1], 3), many.key_of_run(many.arms[1], 3));
}

TEST(StudySpec, NamedArmsKeepTheirRunsAndTheBaseline) {
  const StudySpec whole = study_of(kSmallStudy);
  StudySpec part = study_of(kSmallStudy);
  part.keep_arms({"process"});
  ASSERT_EQ(part.arms.size(), 2u) << "the baseline stays";
  EXPECT_EQ(part.key_of_run(part.arm("process"), 1), whole.key_of_run(whole.arm("process"), 1));
  part.keep_arms({"outcome"});
  EXPECT_EQ(part.arms.size(), 1u);
  try {
    StudySpec(whole).keep_arms({"proces"});
    FAIL() << "an arm that is not there was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 2);
    EXPECT_NE(std::string(error.what()).find("did you mean 'process'?"), std::string::npos) << error.what();
  }
}

TEST(StudySpec, MissingPieces) {
  expect_refused({"seeds = 4\n", "", "", "seeds", {"'seeds' is missing", "a whole number from 1"}});
  expect_refused({"updates = 4\n", "", "[training]", "training.updates", {"'training.updates' is missing"}});
  expect_refused({"[environment]\nname = \"calculator\"",
                  "[environment]",
                  "[environment]",
                  "environment.name",
                  {"is missing"}});
  expect_refused({"baseline = \"outcome\"\n", "", "", "baseline", {"'baseline' is missing"}});
  const std::string text = kSmallStudy;
  const Error error = refused(text.substr(0, text.find("[[arm]]")));
  EXPECT_EQ(error.field_name(), "arm");
  EXPECT_NE(std::string(error.what()).find("no arms"), std::string::npos) << error.what();
}

TEST(StudySpec, NamesThatNobodyKnows) {
  expect_refused({"name = \"calculator\"",
                  "name = \"calculater\"",
                  "[environment]",
                  "environment",
                  {"unknown environment 'calculater'", "did you mean 'calculator'?"}});
  expect_refused({"name = \"credit.grpo\"",
                  "name = \"credit.grop\"",
                  "[[arm.operator]]",
                  "arm[0].operator[0]",
                  {"unknown operator 'credit.grop'", "'credit.grpo'"}});
  expect_refused({"primary = \"useful_calls\"",
                  "primary = \"error_free\"",
                  "primary",
                  "evaluation.primary",
                  {"environment 'calculator' has no metric 'error_free'", "'error_free_trace'"}});
  expect_refused({"constraint = \"correct\"",
                  "constraint = \"corect\"",
                  "constraint",
                  "evaluation.constraint",
                  {"did you mean 'correct'?"}});
  expect_refused({"baseline = \"outcome\"",
                  "baseline = \"outcom\"",
                  "baseline",
                  "baseline",
                  {"no arm 'outcom'", "'outcome'"}});
}

TEST(StudySpec, TheConstraintIsAnOutcome) {
  expect_refused({"constraint = \"correct\"",
                  "constraint = \"useful_calls\"",
                  "[evaluation]",
                  "constraint",
                  {"not an outcome metric", "process-efficiency"}});
}

TEST(StudySpec, AMissingColumnSaysWhoCouldWriteIt) {
  expect_refused({"channel = \"call_ok\"",
                  "channel = \"cal_ok\"",
                  "[[arm.operator]]\n  name = \"shape",
                  "arm[1].operator[0]",
                  {"'shape.normalise' reads the step column 'cal_ok'", "found the columns", "step.call_ok",
                   "did you mean 'step.call_ok'?", "reward.c_style"}});
  const Error error = refused(with("channel = \"call_ok\"", "channel = \"prm\""));
  EXPECT_EQ(std::string(error.what()).find("shape.shuffle"), std::string::npos)
      << "what only changes a column cannot be the one that brings it: " << error.what();
}

TEST(StudySpec, TheTrainerNeedsAnAdvantage) {
  expect_refused({"into = \"advantage\"",
                  "into = \"advantages\"",
                  "[[arm.operator]]",
                  "arm[0].operator",
                  {"writes no token column 'advantage'", "into = \"advantage\""}});
}

TEST(StudySpec, ArmsHaveTheirOwnIds) {
  expect_refused({"id = \"process\"",
                  "id = \"outcome\"",
                  "id = \"outcome\"\nlabel",
                  "arm[1].id",
                  {"two arms have the same id", "found outcome"}});
  expect_refused(
      {"id = \"process\"", "id = \"base\"", "id = \"base\"", "arm[1].id", {"names the base policy"}});
}

// The chain of a published method in an arm is the recipe that it stands for.
TEST(StudySpec, AnArmMayNameAMethod) {
  const std::string own = "  [[arm.operator]]\n  name = \"credit.grpo\"\n  into = \"advantage\"\n";
  const auto by_method = [&](const std::string& lines) { return with(own, lines); };
  EXPECT_NE(refused(by_method("method = \"pure/crdit\"\n")).field_name().find("arm[0].method"),
            std::string::npos);
  EXPECT_NE(std::string(refused(by_method("method = \"pure/crdit\"\n")).what()).find("did you mean 'credit'"),
            std::string::npos);
  const Error unknown = refused(by_method("method = \"pure\"\nwith.temprature = 1.0\n"));
  EXPECT_EQ(unknown.field_name(), "arm[0].with.temprature");
  EXPECT_GT(unknown.line(), 0);
  const Error alone = refused(by_method(own + "with.temperature = 1.0\n"));
  EXPECT_NE(std::string(alone.what()).find("with"), std::string::npos) << alone.what();
  const Error columns = refused(by_method("method = \"pure\"\n"));
  EXPECT_NE(std::string(columns.what()).find("'prm'"), std::string::npos)
      << "the environment pays no such channel: " << columns.what();
}

TEST(StudySpec, AnArmHasARecipeOrOperators) {
  expect_refused({"label = \"Process\"",
                  "recipe = \"a.toml\"",
                  "recipe",
                  "arm[1].recipe",
                  {"either a recipe file, or a method, or [[arm.operator]] tables"}});
  expect_refused({"  [[arm.operator]]\n  name = \"credit.grpo\"\n  into = \"advantage\"\n",
                  "",
                  "[[arm]]",
                  "arm[0].operator",
                  {"either a recipe file"}});
}

TEST(StudySpec, OneArmCannotBeCompared) {
  const std::string text = kSmallStudy;
  const Error error = refused(text.substr(0, text.rfind("[[arm]]")));
  EXPECT_EQ(error.exit_code(), 2);
  EXPECT_NE(std::string(error.what()).find("at least two arms"), std::string::npos) << error.what();
}

TEST(StudySpec, TheNameIsAFolder) {
  for (const char* name : {"", "a b", "../x", "a/b", "a.b"}) {
    const Error error = refused(with("name = \"small\"", std::string("name = \"") + name + "\""));
    EXPECT_EQ(error.field_name(), "name");
    EXPECT_EQ(error.line(), 1);
  }
}

// What was refused, and that it is an answer (exit code 1) and no mistake of the file.
std::string not_ranked(const std::string& text) {
  const Error error = refused(text);
  EXPECT_EQ(error.exit_code(), 1) << error.what();
  EXPECT_EQ(error.field_name(), "evaluation.primary");
  return error.what();
}

TEST(StudySpec, TheArmUnderTestIsRankedByAHeldOutMetric) {
  // The evaluator itself, a function of its judgements, another function of them.
  for (const char* metric : {"error_free_calls", "error_free_trace", "recovered"}) {
    const std::string text =
        not_ranked(with("primary = \"useful_calls\"", std::string("primary = \"") + metric + "\""));
    EXPECT_NE(text.find("is paid by its evaluator"), std::string::npos) << text;
    EXPECT_NE(text.find("held out here: useful_calls, grounded"), std::string::npos) << text;
  }
  // Another arm that could be ranked does not make it an answer.
  const std::string fair =
      "\n[[arm]]\nid = \"other\"\n  [[arm.operator]]\n  name = \"credit.rloo\"\n  into = \"advantage\"\n";
  not_ranked(with("primary = \"useful_calls\"", "primary = \"error_free_calls\"") + fair);
}

TEST(StudySpec, AnArmMayHaveAPrimaryOfItsOwn) {
  const std::string own = with("label = \"Process\"", "label = \"Process\"\nprimary = \"grounded\"");
  EXPECT_EQ(study_of(own).arm("process").primary, "grounded");
  const std::string paid = with("label = \"Process\"", "label = \"Process\"\nprimary = \"error_free_calls\"");
  not_ranked(paid);
  EXPECT_EQ(refused(with("label = \"Process\"", "label = \"Process\"\nprimary = \"groundd\"")).exit_code(),
            2);
}

// A channel that is made of lengths or texts is judged by whoever counts them.
TEST(StudySpec, LengthsTextsAndPhrasesAreJudgements) {
  const auto study = [](const std::string& environment, const std::string& primary, const std::string& op,
                        const std::string& channel, const std::string& level) {
    std::string text = with("name = \"calculator\"\noperations = 2", "name = \"" + environment + "\"");
    text = with("primary = \"useful_calls\"", "primary = \"" + primary + "\"", text);
    if (environment == "code") text = with("constraint = \"correct\"", "constraint = \"hidden_pass\"", text);
    const size_t at = text.find("label = \"Process\"");
    return text.substr(0, at) + "  [[arm.operator]]\n  name = \"" + op + "\"\n" +
           "  [[arm.operator]]\n  name = \"shape.affine\"\n  channel = \"" + channel + "\"\n  level = \"" +
           level + "\"\n  scale = -0.1\n  [[arm.operator]]\n" +
           (level == "step" ? "  name = \"credit.step_return\"" : "  name = \"credit.rloo\"") +
           "\n  channel = \"" + channel + "\"\n  into = \"advantage\"\n";
  };
  not_ranked(study("code", "tokens", "shape.length", "length", "rollout"));
  not_ranked(study("code", "excess", "shape.length", "length", "rollout"));  // shares a part
  not_ranked(study("calculator", "calls", "shape.length\"\n  unit = \"steps", "length", "rollout"));
  not_ranked(study("math", "repeated_steps", "shape.occurrences", "occurrences", "step"));
  EXPECT_NO_THROW(study_of(study("code", "necessity", "shape.length", "length", "rollout")));
}

class RecipeFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("gradus-spec-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_ / "studies");
    std::filesystem::create_directories(folder_ / "recipes");
    const std::string inline_recipe =
        "  [[arm.operator]]\n  name = \"credit.grpo\"\n  into = \"advantage\"\n";
    write("studies/a.toml", with(inline_recipe, "recipe = \"../recipes/r.toml\"\n"));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  Error refused_with(const std::string& recipe) const {
    write("recipes/r.toml", recipe);
    try {
      StudySpec::load((folder_ / "studies/a.toml").string());
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "accepted: " << recipe;
    return Error::internal("");
  }
  std::filesystem::path folder_;
};

TEST_F(RecipeFile, IsReadBesideTheStudy) {
  write("recipes/r.toml", "[[operator]]\nname = \"credit.grpo\"\ninto = \"advantage\"\n");
  const StudySpec spec = StudySpec::load((folder_ / "studies/a.toml").string());
  EXPECT_EQ(spec.arms[0].recipe[0].op, "credit.grpo");
  EXPECT_EQ(spec.key_of_run(spec.arms[0], 0), study_of(kSmallStudy).key_of_run(spec.arms[0], 0))
      << "where a recipe stands does not matter";
}

TEST_F(RecipeFile, IsBlamedForItsOwnMistakes) {
  const std::string file = (folder_ / "recipes/r.toml").string();
  const Error op = refused_with("# a comment\n[[operator]]\nname = \"credit.grp\"\n");
  EXPECT_EQ(op.file(), file);
  EXPECT_EQ(op.line(), 2);
  const Error key =
      refused_with("[[operator]]\nname = \"credit.grpo\"\ninto = \"advantage\"\n[extra]\na = 1\n");
  EXPECT_EQ(key.file(), file);
  EXPECT_EQ(key.line(), 4) << key.what();
  EXPECT_NE(std::string(key.what()).find("unknown key 'extra'"), std::string::npos) << key.what();
  const Error none = refused_with("[[operators]]\nname = \"credit.grpo\"\n");
  EXPECT_EQ(none.file(), file);
  EXPECT_NE(std::string(none.what()).find("operator"), std::string::npos) << none.what();
  std::filesystem::remove(folder_ / "recipes/r.toml");
  EXPECT_THROW(StudySpec::load((folder_ / "studies/a.toml").string()), Error) << "the file is not there";
}

TEST(StudyKeys, EqualConfigurationEqualKey) {
  const StudySpec a = study_of(kSmallStudy);
  for (const std::string& text :
       {with("title = \"A small study\"\n", ""), with("label = \"Process\"", "label = \"Other words\""),
        with("name = \"small\"", "name = \"other\""), with("operations = 2\n", ""),  // the default
        with("margin = 0.02", "margin = 0.05"), with("id = \"process\"", "id = \"renamed\""),
        with("samples = 4\n", "samples = 4\ntemperature = 1\nclip_low = 0.2\n"),  // defaults said aloud
        with("  name = \"shape.normalise\"\n", "  name = \"shape.normalise\"\n  pool = \"group\"\n")}) {
    const StudySpec b = study_of(text);
    EXPECT_EQ(a.key_of_base(1), b.key_of_base(1)) << text;
    EXPECT_EQ(a.key_of_start(2), b.key_of_start(2)) << text;
    EXPECT_EQ(a.key_of_run(a.arms[1], 2), b.key_of_run(b.arms[1], 2)) << text;
  }
}

TEST(StudyKeys, AnyChangeOfTheWorkIsAnotherRun) {
  const StudySpec a = study_of(kSmallStudy);
  std::set<std::string> keys{a.key_of_run(a.arms[1], 1)};
  size_t expected = 1;
  const std::vector<std::pair<const char*, const char*>> changes = {
      {"operations = 2", "operations = 1"},
      {"layers = 1", "layers = 2"},
      {"heads = 2", "heads = 4"},
      {"width = 16", "width = 32"},
      {"demonstrations = 100", "demonstrations = 101"},
      {"demonstrations = 100", "demonstrations = 100\nepochs = 2"},
      {"demonstrations = 100", "demonstrations = 100\nlearning_rate = 2e-3"},
      {"updates = 4", "updates = 6"},
      {"prompts = 2", "prompts = 3"},
      {"samples = 4", "samples = 5"},
      {"samples = 4", "samples = 4\ntemperature = 0.9"},
      {"learning_rate = 1e-4", "learning_rate = 2e-4"},
      {"learning_rate = 1e-4", "learning_rate = 1e-4\nkl_weight = 0.1"},
      {"learning_rate = 1e-4", "learning_rate = 1e-4\naggregation = \"constant_norm\""},
      {"every = 2", "every = 4"},
      {"tasks = 8", "tasks = 9"},
      {"samples = 2", "samples = 3"},
      {"  name = \"shape.normalise\"\n", "  name = \"shape.normalise\"\n  pool = \"batch\"\n"},
      {"  name = \"shape.normalise\"\n", "  name = \"shape.shuffle\"\n"},
  };
  for (const auto& [from, to] : changes) {
    const StudySpec b = study_of(with(from, to));
    keys.insert(b.key_of_run(b.arms[1], 1));
    EXPECT_EQ(keys.size(), ++expected) << to;
  }
  keys.insert(a.key_of_run(a.arms[1], 2));
  EXPECT_EQ(keys.size(), ++expected) << "another seed";
  keys.insert(a.key_of_run(a.arms[0], 1));
  EXPECT_EQ(keys.size(), ++expected) << "another arm";
}

TEST(StudyKeys, ABasePolicyDoesNotDependOnTraining) {
  const StudySpec a = study_of(kSmallStudy), b = study_of(with("updates = 4", "updates = 6"));
  EXPECT_EQ(a.key_of_base(0), b.key_of_base(0));
  EXPECT_EQ(a.key_of_start(0), b.key_of_start(0));
  EXPECT_NE(a.key_of_base(0), a.key_of_base(1));
  const StudySpec c = study_of(with("seeds = 4", "seeds = 10", with("layers = 1", "base_policies = 5")));
  EXPECT_EQ(c.key_of_base(c.base_of(1)), c.key_of_base(c.base_of(6)));
  EXPECT_NE(c.key_of_start(1), c.key_of_start(6)) << "same base policy, other streams";
}

TEST(StudyKeys, FreshSeedsComeFromOneNumber) {
  StudySpec a = study_of(kSmallStudy), b = study_of(kSmallStudy), c = study_of(kSmallStudy);
  a.reseed(5);
  b.reseed(5);
  c.reseed(6);
  EXPECT_EQ(a.seeds, b.seeds);
  EXPECT_EQ(a.seeds.size(), 4u);
  EXPECT_EQ(std::set<uint64_t>(a.seeds.begin(), a.seeds.end()).size(), 4u);
  EXPECT_NE(a.seeds, c.seeds);
  EXPECT_NE(a.key_of_run(a.arms[0], 0), c.key_of_run(c.arms[0], 0));
}

TEST(StudyKeys, OneKeyForAllThatDecidesTheResults) {
  const StudySpec a = study_of(kSmallStudy);
  EXPECT_EQ(a.key().size(), 64u);
  EXPECT_EQ(a.key(), study_of(with("layers = 1", "layers = 1 # a comment")).key());
  EXPECT_EQ(a.key(), study_of(with("every = 2", "every = 2\nprimary_spread = 0.1")).key())
      << "read by --check alone";
  const std::vector<std::pair<const char*, const char*>> changes = {
      {"operations = 2", "operations = 1"},
      {"seeds = 4", "seeds = 5"},
      {"demonstrations = 100", "demonstrations = 101"},
      {"updates = 4", "updates = 6"},
      {"learning_rate = 1e-4", "learning_rate = 2e-4"},
      {"tasks = 8", "tasks = 9"},
      {"margin = 0.02", "margin = 0.03"},
      {"margin = 0.02", "margin = 0.02\ndraws = 500"},
      {"margin = 0.02", "margin = 0.02\nsequence = true"},
      {"label = \"Process\"", "label = \"Another label\""},
      {"title = \"A small study\"", "title = \"Another title\""},
      {"channel = \"call_ok\"\n  into", "channel = \"call_ok\"\n  form = \"own\"\n  into"},
  };
  std::set<std::string> keys{a.key()};
  for (const auto& [from, to] : changes) {
    const size_t before = keys.size();
    keys.insert(study_of(with(from, to)).key());
    EXPECT_EQ(keys.size(), before + 1) << to;
  }
  StudySpec fresh = a;
  fresh.reseed(7);
  EXPECT_EQ(keys.count(fresh.key()), 0u) << "other seeds";
}

}  // namespace
}  // namespace gradus
