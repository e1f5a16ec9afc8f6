// The command `gradus`: reads the command line, runs one verb, turns an Error into one paragraph and an exit
// code.
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <memory>

#include "gradus/base/error.h"
#include "gradus/cli/command.h"

namespace {

// clang-format off
constexpr const char* kAbout =
    "Gradus gives every step of a rollout a reward, uses it, and shows fairly what it bought.\n"
    "Exit codes: 0 done; 1 ran and the answer is no; 2 bad usage or input; 3 something outside failed; 130 stopped.";
// clang-format on

// Before CLI11 sees it: a word that is no command gets the nearest ones.
void check_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  std::vector<std::string> known;
  for (const CLI::App* verb : app.get_subcommands({})) known.push_back(verb->get_name());
  if (std::find(known.begin(), known.end(), argv[1]) != known.end()) return;
  throw gradus::Error::input(fmt::format("unknown command '{}'", argv[1]))
      .hint(gradus::suggest(argv[1], known) + " (gradus --help)");
}

// Bad usage as every other error: one paragraph, with the way to help.
std::string usage_error(const CLI::App* app, const CLI::Error& error) {
  const std::vector<CLI::App*> verbs = app->get_subcommands();
  const std::string command = "gradus" + (verbs.empty() ? "" : " " + verbs[0]->get_name());
  return fmt::format("gradus: {} ({} --help)\n", error.what(), command);
}

int run(int argc, char** argv) {
  CLI::App app(kAbout, "gradus");
  app.require_subcommand(1);
  app.set_version_flag("--version", "gradus 0.1.0");
  gradus::Verb chosen;
  gradus::add_study(app, chosen);
  gradus::add_compare(app, chosen);
  gradus::add_report(app, chosen);
  gradus::add_reproduce(app, chosen);
  gradus::add_score(app, chosen);
  gradus::add_eval(app, chosen);
  gradus::add_convert(app, chosen);
  gradus::add_operators(app, chosen);
  gradus::add_verify(app, chosen);
  gradus::add_lsp(app, chosen);
  gradus::add_doctor(app, chosen);
  app.failure_message(usage_error);
  check_command(app, argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return chosen();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const gradus::Error& error) {
    fmt::print(stderr, "gradus: {}\n", error.what());
    return error.exit_code();
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "gradus: out of memory; smaller batches or fewer workers need less\n");
    return 3;
  } catch (const std::exception& error) {
    fmt::print(stderr, "gradus: internal error: {}\n", error.what());
    return 70;
  }
}
