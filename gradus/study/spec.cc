#include "gradus/study/spec.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "gradus/method/method.h"
#include "gradus/model/cuda_library.h"
#include "gradus/study/catalogue.h"
#include "gradus/study/drift.h"
#include "gradus/study/library.h"
#include "gradus/study/results.h"

namespace gradus {

namespace {

// Raised whenever the same configuration would no longer give the same bytes, so that old stores are not
// reused.
constexpr int kResultVersion = 2;

// Seeds that start from one base policy share its fate, so the interval has one degree of freedom less than
// base policies. From five on its half-width, t(0.975, 4) = 2.8 standard errors, is less than half as wide
// again as with very many (2.0); with two it is 12.7.
constexpr int64_t kFewestBases = 5;

LossAggregation aggregation_from(const Section& section) {
  const std::string name = section.text("aggregation", "token_mean");
  if (name == "token_mean") return LossAggregation::token_mean;
  if (name == "sequence_mean") return LossAggregation::sequence_mean;
  if (name == "constant_norm") return LossAggregation::constant_norm;
  throw section.error("aggregation", "value not allowed")
      .found("'" + name + "'")
      .expected("one of: token_mean, sequence_mean, constant_norm");
}

void read_policy(const Section& section, StudySpec& spec) {
  section.only({"layers", "heads", "width", "device", "base_policies", "demonstrations", "epochs", "batch",
                "learning_rate"});
  spec.policy.layers = static_cast<int>(section.integer("layers", 3, 1, 48));
  spec.policy.heads = static_cast<int>(section.integer("heads", 4, 1, 64));
  spec.policy.width = static_cast<int>(section.integer("width", 96, 4, 4096));
  spec.policy.device = section.text("device", "cpu");
  if (spec.policy.device != "cpu" && spec.policy.device != "cuda") {
    throw section.error("device", "value not allowed")
        .found("'" + spec.policy.device + "'")
        .expected("one of: cpu, cuda");
  }
  if (spec.policy.device == "cuda" && !cuda_support().available) {
    throw section.error("device", "there is no CUDA device to train on")
        .found(cuda_support().text)
        .hint("set device = \"cpu\", or build with a libtorch that has CUDA");
  }
  if (section.has("base_policies"))
    spec.base_policies = static_cast<int>(section.integer("base_policies", 1, 1000));
  spec.demonstrations = static_cast<int>(section.integer("demonstrations", 1, 10'000'000));
  spec.fit.epochs = static_cast<int>(section.integer("epochs", 1, 1, 1000));
  spec.fit.batch = static_cast<int>(section.integer("batch", 64, 1, 65536));
  spec.fit.learning_rate = section.number("learning_rate", 1e-3, 0, 1);
  if (spec.policy.width % spec.policy.heads != 0) {
    throw section.error("width", "the width must be a multiple of the heads")
        .found(fmt::format("width {} with {} heads", spec.policy.width, spec.policy.heads));
  }
  section.done();
}

void read_training(const Section& section, StudySpec& spec) {
  section.only({"updates", "prompts", "samples", "temperature", "learning_rate", "clip_low", "clip_high",
                "epochs", "minibatches", "kl_weight", "entropy_weight", "clip_norm", "aggregation"});
  TrainingSpec& training = spec.training;
  training.updates = static_cast<int>(section.integer("updates", 1, 1'000'000));
  training.prompts = static_cast<int>(section.integer("prompts", 1, 100'000));
  training.samples = static_cast<int>(section.integer("samples", 1, 4096));
  training.temperature = section.number("temperature", 1.0, 1e-3, 100);
  Objective& objective = training.objective;
  objective.learning_rate = section.number("learning_rate", 1e-4, 0, 1);
  objective.loss.clip_low = section.number("clip_low", 0.2, 0, 1);
  objective.loss.clip_high = section.number("clip_high", 0.2, 0, 10);
  objective.epochs = static_cast<int>(section.integer("epochs", 1, 1, 100));
  objective.minibatches = static_cast<int>(section.integer("minibatches", 1, 1, 1000));
  objective.loss.kl_weight = section.number("kl_weight", 0, 0, 100);
  objective.entropy_weight = section.number("entropy_weight", 0, 0, 100);
  objective.clip_norm = section.number("clip_norm", 1.0, 0, 1e9);
  objective.aggregation.mode = aggregation_from(section);
  section.done();
}

std::string metric_named(const Section& section, const std::string& key, const EnvironmentInfo& environment) {
  const std::string id = section.text(key);
  std::vector<std::string> ids;
  for (const MetricSpec& metric : study_metrics(environment)) {
    if (metric.id == id) return id;
    ids.push_back(metric.id);
  }
  throw section.error(key, fmt::format("environment '{}' has no metric '{}'", environment.name, id))
      .hint(suggest(id, ids));
}

void read_evaluation(const Section& section, StudySpec& spec, const EnvironmentInfo& environment) {
  section.only({"primary", "constraint", "margin", "every", "tasks", "samples", "draws", "viewer", "sequence",
                "primary_spread", "constraint_spread"});
  EvaluationSpec& evaluation = spec.evaluation;
  evaluation.primary = metric_named(section, "primary", environment);
  evaluation.constraint = metric_named(section, "constraint", environment);
  evaluation.margin = section.number("margin", 0, 1e9);
  evaluation.every = static_cast<int>(section.integer("every", 1, 1'000'000));
  if (evaluation.every > spec.training.updates) {
    throw section.error("every", "there would be no checkpoint within the training")
        .found(fmt::format("every {} updates of {}", evaluation.every, spec.training.updates))
        .expected(fmt::format("at most the {} updates of [training]", spec.training.updates));
  }
  evaluation.tasks = static_cast<int>(section.integer("tasks", 2, 1'000'000));
  evaluation.samples = static_cast<int>(section.integer("samples", 1, 4096));
  evaluation.draws = static_cast<int>(section.integer("draws", 10000, 100, 1'000'000));
  evaluation.viewer = static_cast<int>(section.integer("viewer", 6, 0, 1000));
  evaluation.sequence = section.flag("sequence", false);
  if (section.has("primary_spread")) evaluation.primary_spread = section.number("primary_spread", 0, 1e9);
  if (section.has("constraint_spread"))
    evaluation.constraint_spread = section.number("constraint_spread", 0, 1e9);
  section.done();
}

// The recipe of another file; where it is not there, the line of the study that names it is what is wrong.
Recipe named_recipe(const Section& arm, const std::string& study_file) {
  const std::filesystem::path folder = std::filesystem::path(study_file).parent_path();
  const std::string path = (folder / arm.text("recipe")).lexically_normal().string();
  try {
    return load_recipe(path);
  } catch (const Error& error) {
    if (error.file() != path || error.line() > 0) throw;
    throw arm.error("recipe", std::string("cannot read the recipe: ") + error.what())
        .expected("a path relative to the study file");
  }
}

// method = "pure/credit", with.temperature = 0.5
Recipe chain_of_method(const Section& arm) {
  const std::string name = arm.text("method");
  try {
    return filled(find_chain(name).chain, arm);
  } catch (Error& error) {
    if (!error.file().empty()) throw;
    throw arm.error("method", error.what());
  }
}

ArmSpec read_arm(const Section& section, const std::string& study_file) {
  section.only({"id", "label", "primary", "recipe", "method", "with", "operator"});
  ArmSpec arm;
  arm.id = section.text("id");
  arm.label = section.text("label", arm.id);
  arm.primary = section.text("primary", "");
  arm.place = section.place();
  const bool file = section.has("recipe"), method = section.has("method");
  if (file + method + section.has("operator") != 1) {
    throw section.error(file     ? "recipe"
                        : method ? "method"
                                 : "operator",
                        "an arm has either a recipe file, or a method, or [[arm.operator]] tables");
  }
  if (section.has("with") && !method)
    throw section.error("with", "parameters of a chain, and no method that has one");
  arm.recipe = file     ? named_recipe(section, study_file)
               : method ? chain_of_method(section)
                        : read_recipe(section);
  section.done();
  return arm;
}

std::vector<std::string> arm_ids(const StudySpec& spec) {
  std::vector<std::string> ids;
  for (const ArmSpec& arm : spec.arms) ids.push_back(arm.id);
  return ids;
}

void read_arms(const Section& root, StudySpec& spec) {
  for (const Section& section : root.sections("arm")) {
    ArmSpec arm = read_arm(section, spec.file);
    const bool taken =
        std::any_of(spec.arms.begin(), spec.arms.end(), [&](const ArmSpec& a) { return a.id == arm.id; });
    if (taken || arm.id == "base") {
      throw section.error("id", taken ? "two arms have the same id" : "'base' names the base policy")
          .found(arm.id);
    }
    spec.arms.push_back(std::move(arm));
  }
  if (spec.arms.empty())
    throw root.error("arm", "the study has no arms").expected("at least one [[arm]] table");
  spec.baseline = root.text("baseline");
  const std::vector<std::string> ids = arm_ids(spec);
  if (std::find(ids.begin(), ids.end(), spec.baseline) == ids.end()) {
    throw root.error("baseline", fmt::format("no arm '{}'", spec.baseline)).hint(suggest(spec.baseline, ids));
  }
}

// What is wrong with the number of base policies; none where nothing is.
std::optional<Error> wrong_bases(const StudySpec& spec) {
  const int64_t bases = spec.base_policies, seeds = static_cast<int64_t>(spec.seeds.size());
  if (bases == 0 || bases == seeds) return std::nullopt;
  const std::string found = fmt::format("{} for {} seeds", bases, seeds);
  if (bases > seeds) return Error::input("more base policies than seeds").found(found);
  if (spec.evaluation.sequence) {
    return Error::input("a sequence looks at seeds that are independent of each other")
        .found(found)
        .expected("one base policy for each seed")
        .hint("leave base_policies out");
  }
  if (bases >= kFewestBases) return std::nullopt;
  return Error::input("fewer base policies than the statistics need")
      .found(found)
      .expected(fmt::format("one for each seed, or at least {}", kFewestBases))
      .hint(
          "seeds that start from one base policy are not independent of each other; leave base_policies out, "
          "and each seed gets its own");
}

Json objective_json(const Objective& objective) {
  return {{"learning_rate", objective.learning_rate},
          {"clip_low", objective.loss.clip_low},
          {"clip_high", objective.loss.clip_high},
          {"epochs", objective.epochs},
          {"minibatches", objective.minibatches},
          {"kl_weight", objective.loss.kl_weight},
          {"entropy_weight", objective.entropy_weight},
          {"clip_norm", objective.clip_norm},
          {"aggregation", static_cast<int>(objective.aggregation.mode)}};
}

}  // namespace

StudySpec StudySpec::load(const std::string& path) {
  return parse(open_config(path));
}

StudySpec StudySpec::parse(const Config& config) {
  const Section root = config.root();
  root.only({"name", "title", "question", "baseline", "seeds", "environment", "policy", "training",
             "evaluation", "arm"});
  StudySpec spec;
  spec.file = config.file();
  spec.name = root.text("name");
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
  };
  if (spec.name.empty() || !std::all_of(spec.name.begin(), spec.name.end(), plain)) {
    throw root.error("name", "the name becomes a folder")
        .found("'" + spec.name + "'")
        .expected("letters, digits, '_' and '-'");
  }
  spec.title = root.text("title", spec.name);
  spec.question = root.text("question", "");
  const Section environment = root.section("environment");
  spec.environment = environment.text("name");
  spec.environment_params = environment.rest({"name"});
  spec.environment_place = environment.place();
  const std::unique_ptr<Environment> env = spec.make_environment();
  read_policy(root.section("policy"), spec);
  spec.policy.vocabulary = static_cast<int>(env->info().vocabulary.size());
  spec.policy.context = env->info().max_prompt + env->info().max_response;
  read_training(root.section("training"), spec);
  spec.training.objective.aggregation.norm = env->info().max_response;
  read_evaluation(root.section("evaluation"), spec, env->info());
  const int64_t seeds = root.integer("seeds", 1, 1000);
  for (int64_t seed = 1; seed <= seeds; ++seed) spec.seeds.push_back(static_cast<uint64_t>(seed));
  if (auto error = wrong_bases(spec))
    throw error->at(spec.file, config.line_of("policy.base_policies")).field("policy.base_policies");
  read_arms(root, spec);
  for (const ArmSpec& arm : spec.arms) build_pipeline(arm.recipe, env->info(), arm.place);
  root.done();
  const AnalysisPlan plan = analysis_plan(spec, env->info());
  try {
    check_plan(plan, study_metrics(env->info()));
    check_ranked(plan, study_metrics(env->info()));
  } catch (Error& error) {
    throw error.at(spec.file, config.line_of("evaluation"));
  }
  return spec;
}

void StudySpec::reseed(uint64_t seed) {
  const Stream stream = Stream(seed).child("study seeds");
  for (size_t i = 0; i < seeds.size(); ++i) seeds[i] = stream.child(i).key();
}

void StudySpec::set_seed_count(size_t count) {
  seeds.clear();
  for (uint64_t seed = 1; seed <= count; ++seed) seeds.push_back(seed);
  if (auto error = wrong_bases(*this)) throw error->at(file).field("policy.base_policies");
}

void StudySpec::keep_arms(const std::vector<std::string>& wanted) {
  const std::vector<std::string> ids = arm_ids(*this);
  for (const std::string& id : wanted) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
      throw Error::input(fmt::format("no arm '{}'", id)).at(file).field("--arms").hint(suggest(id, ids));
    }
  }
  std::erase_if(arms, [&](const ArmSpec& arm) {
    return arm.id != baseline && std::find(wanted.begin(), wanted.end(), arm.id) == wanted.end();
  });
}

std::unique_ptr<Environment> StudySpec::make_environment() const {
  return catalogue().environments.make(environment, environment_params, environment_place);
}

const ArmSpec& StudySpec::arm(const std::string& id) const {
  const auto it = std::find_if(arms.begin(), arms.end(), [&](const ArmSpec& arm) { return arm.id == id; });
  require(it != arms.end(), "an arm of the study");
  return *it;
}

Json StudySpec::resolved_base(size_t base) const {
  return {
      {"version", kResultVersion},
      {"kernels", kernels_of(policy.device)},
      {"environment", environment},
      {"parameters", Params(catalogue().environments.spec(environment), environment_params, {}).values()},
      {"policy",
       {policy.vocabulary, policy.context, policy.layers, policy.heads, policy.width, policy.device}},
      {"fit", {fit.epochs, fit.batch, fit.learning_rate, fit.weight_decay, fit.clip_norm, demonstrations}},
      {"seed", std::to_string(seeds[base])}};  // 64 bits: more than a JSON number holds
}

Json StudySpec::resolved_evaluation() const {
  return {evaluation.tasks, evaluation.samples, evaluation.viewer};
}

std::string StudySpec::key_of_base(size_t base) const {
  return sha256_hex(canonical(resolved_base(base)));
}

std::string StudySpec::key_of_start(size_t seed) const {
  return sha256_hex(canonical({{"base", key_of_base(base_of(seed))},
                               {"evaluation", resolved_evaluation()},
                               {"seed", std::to_string(seeds[seed])}}));
}

Json StudySpec::resolved_training() const {
  return {{"training", {training.updates, training.prompts, training.samples, training.temperature}},
          {"objective", objective_json(training.objective)},
          {"every", evaluation.every}};
}

std::string StudySpec::key_of_run(const ArmSpec& arm, size_t seed) const {
  const std::unique_ptr<Environment> env = make_environment();
  Json run = resolved_training();
  run["start"] = key_of_start(seed);
  run["recipe"] = build_pipeline(arm.recipe, env->info(), arm.place).json();
  return sha256_hex(canonical(run));
}

std::string StudySpec::key() const {
  const std::unique_ptr<Environment> env = make_environment();
  Json starts = Json::array(), of_arms = Json::array();
  for (size_t seed = 0; seed < seeds.size(); ++seed) starts.push_back(key_of_start(seed));
  for (const ArmSpec& arm : arms) {
    const Json recipe = build_pipeline(arm.recipe, env->info(), arm.place).json();
    of_arms.push_back({{"id", arm.id}, {"label", arm.label}, {"primary", arm.primary}, {"recipe", recipe}});
  }
  Json study = resolved_training();
  study["starts"] = std::move(starts);
  study["arms"] = std::move(of_arms);
  study["baseline"] = baseline;
  study["analysis"] = {evaluation.primary, evaluation.constraint, evaluation.margin, evaluation.draws,
                       evaluation.sequence};
  study["text"] = {name, title, question};
  return sha256_hex(canonical(study));
}

}  // namespace gradus
