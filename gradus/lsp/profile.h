// A language server as data: servers/NAME.toml inside the binary, or a file of the user. A new server is a
// new file.
//
//   name, install                what to call it, and how a person gets it
//   executables                  candidates in order: on PATH, or with a slash beside or above the binary
//   arguments, [environment]     pinned: the same snapshot gives the same facts
//   inherit                      variables that the server gets as they are here, beside PATH, HOME, TMPDIR
//   [[language]] id, endings     which documents it reads, and as what
//   [initialization], [settings] sent with initialize; answered on workspace/configuration
//   [diagnostics] mode           "push": published, judged by their version; "pull": asked for
//     idle_method, idle_state    the notification {uri, state} which says that a file's work is done
//     quiet_s                    seconds without a word after which a publication without a version counts
//     rebuild                    put into didChange: the file is judged anew after others changed on disk
//     reopen                     a changed file is closed and opened again: for a server that publishes
//                                nothing of one that stays clean
//     suppressions               markers that hide diagnostics
//     fatal_codes                codes of errors behind which others are hidden; "": no code
//   [index] token, files         progress that ends when the project is indexed, if one of the files is there
//   background                   titles or tokens of progress that answers do not wait for
//   config_files                 what the server reads of a project: they enter the configuration digest
//   database_argument            followed by a folder: it reads the compilation database there and no other
//   version_prefix               the log line that names the version, where the answer to initialize does not
//
//   const ServerProfile clangd = server_profile("clangd");         // or "my/server.toml"
//   const std::string program = executable_of(clangd);             // LS_CRASH: it is not installed
//   const std::string language = clangd.language_of("src/a.cc");   // "cpp"
//   Json setting = setting_of(clangd, "python.analysis");          // null if there is none
//   std::string digest = config_digest(clangd, "/home/me/project");
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gradus/base/json.h"

namespace gradus {

struct ServerLanguage {
  std::string id;
  std::vector<std::string> endings;  // longest match wins
};

struct DiagnosticsProfile {
  bool pull = false, reopen = false;
  std::string idle_method, idle_state;  // empty: the server does not say
  Json rebuild = Json::object();
  std::vector<std::string> suppressions, fatal_codes;
  double quiet_s = 1;
};

struct ServerProfile {
  std::string name, install, version_prefix, database_argument;
  std::vector<std::string> executables, arguments, config_files, inherit, background;
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<ServerLanguage> languages;
  Json initialization = Json::object(), settings = Json::object();
  DiagnosticsProfile diagnostics;
  std::string index_token;
  std::vector<std::string> index_files;

  bool reads(const std::string& path) const;  // by its ending; configuration aside
  // LspError UNSUPPORTED_CAP where no language has this ending.
  std::string language_of(const std::string& path) const;
  bool is_config_file(const std::string& path) const;  // from the root

 private:
  const ServerLanguage* language_for(const std::string& path) const;
};

std::vector<std::string> server_names();  // of the profiles inside the binary
ServerProfile server_profile(const std::string& name_or_file);
ServerProfile parse_server_profile(const std::string& text, const std::string& file);

std::string executable_of(const ServerProfile& profile);
std::vector<std::pair<std::string, std::string>> inherited_of(
    const ServerProfile& profile);                                          // that are set here
Json setting_of(const ServerProfile& profile, const std::string& section);  // "a.b"; "": all

// Hex SHA-256 over the names and contents of the profile's config files under `root`, with settings,
// arguments and inherited variables.
std::string config_digest(const ServerProfile& profile, const std::string& root);

}  // namespace gradus
