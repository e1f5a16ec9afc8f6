#include "gradus/lsp/edit_trajectory.h"

#include <fmt/format.h>

#include "gradus/lsp/text.h"

namespace gradus {

namespace {

constexpr size_t kMostFiles = 20'000, kMostBytes = size_t{256} << 20, kMostSteps = 65536;

class Reader {
 public:
  EditTrajectory trajectory(const Json& json) {
    if (!json.is_object()) fail("", "an object with start and steps");
    EditTrajectory out;
    for (const auto& [key, unused] : json.items()) {
      if (key != "start" && key != "steps") fail(key, "start or steps");
    }
    if (json.contains("start")) {
      if (!json.at("start").is_object()) fail("start", "an object of texts by path");
      for (const auto& [path, value] : json.at("start").items())
        out.start[path] = text(value, "start." + path);
    }
    if (!json.contains("steps") || !json.at("steps").is_array()) fail("steps", "a list");
    if (json.at("steps").size() > kMostSteps) fail("steps", fmt::format("at most {} steps", kMostSteps));
    for (const Json& one : json.at("steps"))
      out.steps.push_back(step(one, fmt::format("steps[{}]", out.steps.size())));
    return out;
  }

 private:
  [[noreturn]] static void fail(const std::string& field, const std::string& expected) {
    throw Error::input("this is no edit trajectory")
        .field(field.empty() ? "workspace" : "workspace." + field)
        .expected(expected);
  }

  std::string text(const Json& value, const std::string& field) {
    if (!value.is_string()) fail(field, "a text");
    std::string out = value.get<std::string>();
    bytes_ += out.size();
    if (++files_ > kMostFiles || bytes_ > kMostBytes) {
      fail(field, fmt::format("at most {} files and {} MiB of text", kMostFiles, kMostBytes >> 20));
    }
    if (first_invalid_utf8(out)) fail(field, "UTF-8");
    return out;
  }

  EditStep step(const Json& json, const std::string& field) {
    if (!json.is_object()) fail(field, "an object with files");
    EditStep out;
    for (const auto& [key, value] : json.items()) {
      if (key == "target") {
        if (!value.is_string()) fail(field + ".target", "a selector");
        out.target = value.get<std::string>();
      } else if (key == "files") {
        if (!value.is_object()) fail(field + ".files", "an object of texts by path");
        for (const auto& [path, content] : value.items()) {
          out.files[path] =
              content.is_null() ? std::nullopt : std::optional(text(content, field + ".files." + path));
        }
      } else {
        fail(field + "." + key, "files or target");
      }
    }
    return out;
  }

  size_t files_ = 0, bytes_ = 0;
};

}  // namespace

EditTrajectory trajectory_from_json(const Json& json) {
  return Reader().trajectory(json);
}

Json trajectory_json(const EditTrajectory& trajectory) {
  Json steps = Json::array();
  for (const EditStep& step : trajectory.steps) {
    Json files = Json::object();
    for (const auto& [path, text] : step.files) files[path] = text ? Json(*text) : Json();
    Json one{{"files", std::move(files)}};
    if (!step.target.empty()) one["target"] = step.target;
    steps.push_back(std::move(one));
  }
  return {{"start", trajectory.start}, {"steps", std::move(steps)}};
}

}  // namespace gradus
