// The command `gradus`: reads the command line, runs one verb, turns an Error into one paragraph and an exit
// code.
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <system_error>

#include "gradus/base/error.h"
#include "gradus/base/version.h"
#include "gradus/cli/command.h"
#include "gradus/cli/help.h"
#include "gradus/cli/output.h"

namespace {

// clang-format off
constexpr const char* kAbout =
    "Gradus gives every step of a rollout a reward, uses it, and shows fairly what it bought.\n"
    "Exit codes: 0 done; 1 ran and the answer is no; 2 bad usage or input; 3 something outside failed; 130 stopped.";
// clang-format on

std::vector<std::string> names_of(const std::vector<CLI::App*>& verbs) {
  std::vector<std::string> names;
  for (const CLI::App* verb : verbs) names.push_back(verb->get_name());
  return names;
}

// Before CLI11 sees it: a word that is no command gets the nearest ones.
void check_command(const CLI::App& app, const std::string& word) {
  const std::vector<std::string> known = names_of(const_cast<CLI::App&>(app).get_subcommands({}));
  if (std::find(known.begin(), known.end(), word) != known.end()) return;
  throw gradus::Error::input(fmt::format("unknown command '{}'", word))
      .hint(gradus::suggest(word, known) + " (gradus --help)");
}

// "gradus help", "gradus help VERB" and "gradus lsp help" are what --help is.
std::vector<std::string> words_of(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const auto help = [](const std::string& word) { return word == "help"; };
  if (!words.empty() && help(words[0])) {
    words.erase(words.begin());
    words.push_back("--help");
  }
  if (words.empty() || words[0].starts_with("-")) return words;
  check_command(app, words[0]);
  const CLI::App* const verb = app.get_subcommand(words[0]);
  if (words.size() > 1 && help(words[1]) && verb->get_require_subcommand_min() > 0) words[1] = "--help";
  return words;
}

// The mistyped option or command among the words that nobody took, and what was meant. Empty: none.
std::string mistyped(const CLI::App& verb) {
  const std::vector<std::string> left = verb.remaining(true);
  std::vector<std::string> options;
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
  }
  for (const std::string& word : left) {
    if (word == "--" || !word.starts_with("-")) continue;
    const std::string name = word.substr(0, word.find('='));
    const std::vector<std::string> near = gradus::nearest_names(name, options);
    return fmt::format("unknown option '{}'{}", name, near.empty() ? "" : "; " + gradus::suggest(name, near));
  }
  if (verb.get_require_subcommand_min() == 0 || left.empty()) return "";
  const std::vector<std::string> known = names_of(const_cast<CLI::App&>(verb).get_subcommands({}));
  return fmt::format("unknown command '{}'; {}", left[0], gradus::suggest(left[0], known));
}

// Bad usage as every other error: one paragraph, with the way to help.
std::string usage_error(const CLI::App* app, const CLI::Error& error) {
  std::string command = "gradus";
  const CLI::App* verb = app;
  while (!verb->get_subcommands().empty()) {
    verb = verb->get_subcommands()[0];
    command += " " + verb->get_name();
  }
  const std::string wrong = mistyped(*verb);
  return fmt::format("gradus: {} ({} --help)\n", wrong.empty() ? error.what() : wrong, command);
}

int run(int argc, char** argv) {
  CLI::App app(kAbout, "gradus");
  app.require_subcommand(1);
  app.set_version_flag("-V,--version", std::string("gradus ") + gradus::kVersion);
  app.formatter(std::make_shared<gradus::HelpFormatter>());
  gradus::Verb chosen;
  gradus::add_study(app, chosen);
  gradus::add_compare(app, chosen);
  gradus::add_report(app, chosen);
  gradus::add_reproduce(app, chosen);
  gradus::add_score(app, chosen);
  gradus::add_eval(app, chosen);
  gradus::add_convert(app, chosen);
  gradus::add_methods(app, chosen);
  gradus::add_operators(app, chosen);
  gradus::add_verify(app, chosen);
  gradus::add_lsp(app, chosen);
  gradus::add_doctor(app, chosen);
  app.failure_message(usage_error);
  std::vector<std::string> words = words_of(app, argc, argv);
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return chosen();
}

// The exit code; what went wrong is said.
int guarded(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const gradus::Error& error) {
    gradus::remark(error.what());
    return error.exit_code();
  } catch (const std::bad_alloc&) {
    gradus::remark("out of memory; smaller batches or fewer workers need less");
    return 3;
  } catch (const std::system_error& error) {
    // Of a full disk and the like; that of standard output is said by main().
    if (std::ferror(stdout) == 0) gradus::remark(error.what());
    return 3;
  } catch (const std::exception& error) {
    gradus::remark(fmt::format("internal error: {}", error.what()));
    return 70;
  }
}

}  // namespace

int main(int argc, char** argv) {
  gradus::hold_standard_streams();
  const int code = guarded(argc, argv);
  const std::string lost = gradus::lost_output();
  if (lost.empty()) return code;
  gradus::remark("standard output cannot be written: " + lost);
  return code == 0 || code == 1 ? 3 : code;
}
