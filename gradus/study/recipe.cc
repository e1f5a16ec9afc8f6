#include "gradus/study/recipe.h"

#include <algorithm>
#include <set>

#include "gradus/study/catalogue.h"
#include "gradus/study/library.h"

namespace gradus {

namespace {

Pipeline start(const EnvironmentInfo& environment) {
  std::map<std::string, Evaluator> evaluators;
  for (const auto& [column, judge] : environment.evaluators) evaluators[column] = {judge.first, judge.second};
  return Pipeline(catalogue().operators, environment.reward_columns, evaluators);
}

}  // namespace

Recipe load_recipe(const std::string& path) {
  const Config config = open_config(path);
  const Section root = config.root();
  root.only({"operator"});
  Recipe recipe = read_recipe(root);
  return recipe;
}

RecipeColumns columns_of(const Recipe& recipe) {
  RecipeColumns out;
  const auto add = [](std::vector<std::string>& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  const auto written = [&](const std::string& name) {
    return std::find(out.writes.begin(), out.writes.end(), name) != out.writes.end();
  };
  for (const RecipeStep& step : recipe) {
    const Spec& spec = catalogue().operators.spec(step.op, step.place);
    const Params params(spec, step.params, step.place);
    for (const std::string& name : params.fill_all(spec.reads)) {
      if (!written(name)) add(out.reads, name);
    }
    for (const NoteRead& read : notes_read(spec, params)) add(out.notes, read.note);
    for (const std::string& name : params.fill_all(spec.writes)) add(out.writes, name);
  }
  return out;
}

Pipeline build_operators(const Recipe& recipe, const EnvironmentInfo& environment) {
  Pipeline pipeline = start(environment);
  for (const RecipeStep& step : recipe) pipeline.add(step.op, step.params, step.place);
  return pipeline;
}

Pipeline build_pipeline(const Recipe& recipe, const EnvironmentInfo& environment, const Place& place) {
  Pipeline pipeline = build_operators(recipe, environment);
  if (!pipeline.writes("token.advantage")) {
    Error error = Error::input("the recipe writes no token column 'advantage', which the trainer reads");
    error.hint("let its last credit operator write it: into = \"advantage\"");
    throw place.mark(error, "operator");
  }
  return pipeline;
}

Pipeline build_sources(const std::vector<Recipe>& recipes, const EnvironmentInfo& environment) {
  Pipeline pipeline = start(environment);
  std::set<std::string> seen;
  for (const Recipe& recipe : recipes) {
    for (const RecipeStep& step : recipe) {
      if (!is_source(catalogue().operators.spec(step.op, step.place))) continue;
      if (seen.insert(step.op + canonical(step.params)).second)
        pipeline.add(step.op, step.params, step.place);
    }
  }
  return pipeline;
}

}  // namespace gradus
