#include "gradus/lsp/profile.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "embedded/server_file.h"

#include "gradus/base/config.h"
#include "gradus/base/program_folder.h"
#include "gradus/base/text.h"
#include "gradus/lsp/status.h"

namespace gradus {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolder = "servers/", kEnding = ".toml";
constexpr uintmax_t kLargestConfig = uintmax_t{64} << 20;  // compile_commands.json of large projects

Json table_or_empty(const Section& section, const std::string& key) {
  const std::optional<Section> table = section.maybe(key);
  return table ? table->rest({}) : Json::object();
}

DiagnosticsProfile read_diagnostics(const Section& section) {
  DiagnosticsProfile out;
  const std::string mode = section.text("mode");
  if (mode != "push" && mode != "pull")
    throw section.error("mode", "unknown mode").found(mode).expected("push or pull");
  out.pull = mode == "pull";
  out.idle_method = section.text("idle_method", "");
  out.idle_state = section.text("idle_state", "");
  out.quiet_s = section.number("quiet_s", out.quiet_s, 0.01, 600);
  out.reopen = section.flag("reopen", out.reopen);
  out.rebuild = table_or_empty(section, "rebuild");
  out.suppressions = section.texts("suppressions", {});
  out.fatal_codes = section.texts("fatal_codes", {});
  section.done();
  return out;
}

ServerProfile read_profile(const Config& config) {
  const Section root = config.root();
  ServerProfile out;
  out.name = root.text("name");
  out.install = root.text("install", "");
  out.version_prefix = root.text("version_prefix", "");
  out.database_argument = root.text("database_argument", "");
  out.executables = root.texts("executables");
  if (out.executables.empty()) throw root.error("executables", "no candidate").expected("at least one");
  out.arguments = root.texts("arguments", {});
  out.config_files = root.texts("config_files", {});
  out.inherit = root.texts("inherit", {});
  out.background = root.texts("background", {});
  const Json environment = table_or_empty(root, "environment");
  for (const auto& [name, value] : environment.items()) {
    if (!value.is_string())
      throw root.error("environment." + name, "wrong type").found(value.dump()).expected("a text");
    out.environment.emplace_back(name, value.get<std::string>());
  }
  for (const Section& language : root.sections("language")) {
    out.languages.push_back({language.text("id"), language.texts("endings")});
    language.done();
  }
  if (out.languages.empty())
    throw root.error("language", "no language").expected("at least one [[language]]");
  out.initialization = table_or_empty(root, "initialization");
  out.settings = table_or_empty(root, "settings");
  out.diagnostics = read_diagnostics(root.section("diagnostics"));
  if (const std::optional<Section> index = root.maybe("index")) {
    out.index_token = index->text("token");
    out.index_files = index->texts("files");
    index->done();
  }
  root.done();
  return out;
}

// "servers/x" lies beside the binary where Gradus is installed, and beside its build folder where it was
// built.
std::optional<std::string> beside_the_binary(const std::string& name) {
  if (name[0] == '/') return can_run(name) ? std::optional(name) : std::nullopt;
  for (fs::path folder = program_folder(); folder != folder.parent_path(); folder = folder.parent_path()) {
    if (can_run(folder / name)) return (folder / name).string();
  }
  return std::nullopt;
}

std::string content_of(const fs::path& path) {
  std::error_code wrong;
  const uintmax_t size = fs::file_size(path, wrong);
  if (!wrong && size > kLargestConfig) {
    throw Error::input("a configuration file of a project is too large")
        .at(path.string())
        .found(std::to_string(size) + " bytes")
        .expected("at most " + std::to_string(kLargestConfig));
  }
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

const ServerLanguage* ServerProfile::language_for(const std::string& path) const {
  const ServerLanguage* found = nullptr;
  size_t longest = 0;
  for (const ServerLanguage& language : languages) {
    for (const std::string& ending : language.endings) {
      const bool fits = path.size() > ending.size() &&
                        path.compare(path.size() - ending.size(), ending.size(), ending) == 0;
      if (!fits || ending.size() <= longest) continue;
      found = &language;
      longest = ending.size();
    }
  }
  return found;
}

bool ServerProfile::reads(const std::string& path) const {
  return language_for(path) != nullptr;
}

std::string ServerProfile::language_of(const std::string& path) const {
  if (const ServerLanguage* const found = language_for(path)) return found->id;
  std::string known;
  for (const ServerLanguage& language : languages) {
    for (const std::string& ending : language.endings) known += (known.empty() ? "" : " ") + ending;
  }
  throw LspError(Status::unsupported_cap,
                 Error::input("the language server '" + name + "' does not read this kind of file")
                     .at(path)
                     .expected("a file that ends with one of: " + known)
                     .hint("choose another --server"));
}

bool ServerProfile::is_config_file(const std::string& path) const {
  return std::find(config_files.begin(), config_files.end(), path) != config_files.end();
}

std::vector<std::string> server_names() {
  std::vector<std::string> names;
  for (const std::string_view file : server_file_files()) {
    names.emplace_back(file.substr(kFolder.size(), file.size() - kFolder.size() - kEnding.size()));
  }
  return names;
}

ServerProfile parse_server_profile(const std::string& text, const std::string& file) {
  return read_profile(Config::parse(text, file));
}

ServerProfile server_profile(const std::string& name) {
  const bool is_file = name.find('/') != std::string::npos ||
                       (name.size() > kEnding.size() && name.substr(name.size() - kEnding.size()) == kEnding);
  if (is_file) return read_profile(Config::load(name));
  const std::string file = std::string(kFolder) + name + std::string(kEnding);
  const std::string_view text = server_file(file);
  if (text.empty()) {
    throw Error::input("unknown language server '" + name + "'")
        .hint(suggest(name, server_names()) + "; a server of your own is a TOML file, given by its path");
  }
  return parse_server_profile(std::string(text), file);
}

std::string executable_of(const ServerProfile& profile) {
  std::string tried;
  for (const std::string& candidate : profile.executables) {
    const bool has_slash = candidate.find('/') != std::string::npos;
    const std::optional<std::string> found =
        has_slash ? beside_the_binary(candidate) : program_on_path(candidate);
    if (found) return *found;
    tried += (tried.empty() ? "" : ", ") + candidate + (has_slash ? "" : " (on PATH)");
  }
  Error error = Error::outside("the language server '" + profile.name + "' is not installed");
  error.field("executables").expected("one of: " + tried);
  if (!profile.install.empty()) error.hint("install it: " + profile.install);
  throw LspError(Status::ls_crash, error);
}

std::vector<std::pair<std::string, std::string>> inherited_of(const ServerProfile& profile) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string& name : profile.inherit) {
    if (const char* const value = std::getenv(name.c_str())) out.emplace_back(name, value);
  }
  return out;
}

Json setting_of(const ServerProfile& profile, const std::string& section) {
  const Json* at = &profile.settings;
  if (section.empty()) return *at;
  for (const std::string_view part : pieces_between(section, ".")) {
    if (!at->is_object()) return nullptr;
    const auto next = at->find(std::string(part));
    if (next == at->end()) return nullptr;
    at = &*next;
  }
  return *at;
}

std::string config_digest(const ServerProfile& profile, const std::string& root) {
  Json files = Json::object();
  for (const std::string& file : profile.config_files) {
    const fs::path path = fs::path(root) / file;
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) files[file] = sha256_hex(content_of(path));
  }
  Json whole = {{"files", files},
                {"arguments", profile.arguments},
                {"initialization", profile.initialization},
                {"settings", profile.settings}};
  for (const auto& [name, value] : inherited_of(profile)) whole["inherited"][name] = value;
  return sha256_hex(canonical(whole));
}

}  // namespace gradus
