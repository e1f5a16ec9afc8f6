#include "gradus/lsp/edit_trajectory.h"

#include <fmt/format.h>

#include "gradus/base/text.h"
#include "gradus/lsp/text.h"
#include "gradus/tool/program_output.h"

namespace gradus {

namespace {

constexpr size_t kMostFiles = 2000, kMostBytes = size_t{64} << 20, kMostSteps = 65536;

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

class Repository {
 public:
  explicit Repository(const std::string& folder) : folder_(folder) {}

  std::string git(const std::vector<std::string>& arguments) const {
    std::vector<std::string> words{"git", "--no-optional-locks",      "-c", "core.fsmonitor=false",
                                   "-c",  "core.hooksPath=/dev/null", "-C", folder_};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const std::optional<ProgramOutput> ran = program_output(words);
    if (!ran) throw Error::outside("git is not installed").hint("apt-get install git");
    if (ran->exit_code != 0) {
      throw Error::outside(fmt::format("'git {}' failed", arguments[0]))
          .at(folder_)
          .found(fmt::format("exit code {}", ran->exit_code))
          .expected("a repository and a range of its commits, as main~5..main");
    }
    return ran->text;
  }

  // Regular files of UTF-8; links, submodules and other bytes are none of a server's sources.
  void read_file(const std::string& commit, const std::string& path, std::optional<std::string>& out) const {
    std::string text = git({"cat-file", "blob", commit + ":" + path});
    if (!first_invalid_utf8(text) && text.find('\0') == std::string::npos) out = std::move(text);
  }

 private:
  const std::string& folder_;
};

std::vector<std::string_view> pieces(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> out;
  for (const std::string_view piece : pieces_between(text, separator)) {
    if (!piece.empty()) out.push_back(piece);
  }
  return out;
}

bool is_regular(std::string_view mode) {
  return mode == "100644" || mode == "100755";
}

std::map<std::string, std::string> files_at(const Repository& repository, const std::string& commit) {
  std::map<std::string, std::string> out;
  const std::string listed = repository.git({"ls-tree", "-r", "-z", "--full-tree", commit});
  for (const std::string_view entry : pieces(listed, std::string_view("\0", 1))) {
    const size_t tab = entry.find('\t');
    if (tab == std::string_view::npos || !is_regular(entry.substr(0, 6))) continue;
    if (out.size() == kMostFiles) {
      throw Error::input("too many files for a trajectory")
          .at(std::string(commit))
          .expected(fmt::format("at most {}", kMostFiles));
    }
    std::optional<std::string> text;
    repository.read_file(commit, std::string(entry.substr(tab + 1)), text);
    if (text) out[std::string(entry.substr(tab + 1))] = std::move(*text);
  }
  return out;
}

// ":MODE MODE HASH HASH LETTER", then the path.
EditStep step_of(const Repository& repository, const std::string& parent, const std::string& commit) {
  EditStep out;
  const std::string listed =
      repository.git({"diff-tree", "-r", "-z", "--no-renames", "--full-index", parent, commit});
  const auto entries = pieces(listed, std::string_view("\0", 1));
  for (size_t i = 0; i + 1 < entries.size(); i += 2) {
    const std::string path(entries[i + 1]);
    const bool removed = entries[i].ends_with(" D");
    if (!removed && !is_regular(entries[i].substr(8, 6))) continue;
    std::optional<std::string> text;
    if (!removed) repository.read_file(commit, path, text);
    if (removed || text) out.files[path] = std::move(text);
  }
  return out;
}

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

CommitRange trajectory_from_git(const std::string& repository, const std::string& range) {
  if (range.empty() || range[0] == '-')
    throw Error::input("not a range of commits").found(range).expected("main~5..main");
  const Repository git(repository);
  const std::string listed =
      git.git({"rev-list", "--reverse", "--first-parent", "--max-count=1000", range, "--"});
  CommitRange out;
  std::string parent;
  for (const std::string_view line : pieces(listed, "\n")) {
    const std::string commit(line);
    if (parent.empty()) {
      parent = commit + "^";
      out.trajectory.start = files_at(git, parent);
    }
    out.trajectory.steps.push_back(step_of(git, parent, commit));
    out.subjects.emplace_back(trim(git.git({"log", "-1", "--format=%s", commit})));
    parent = commit;
  }
  if (out.trajectory.steps.empty())
    throw Error::input("no commits are in this range").at(repository).found(range);
  return out;
}

}  // namespace gradus
