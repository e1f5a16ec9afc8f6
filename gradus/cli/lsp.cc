// gradus lsp VERB: questions and safe edits through a language server; see docs/language-servers.md.
#include "gradus/cli/lsp.h"

#include <fmt/format.h>
#include <iostream>

#include "gradus/base/error.h"
#include "gradus/cli/lsp_print.h"
#include "gradus/lsp/batch.h"
#include "gradus/lsp/command.h"
#include "gradus/lsp/text.h"

namespace gradus {

namespace {

struct Options {
  CommandOptions command;
  VerbRequest request;
  BatchOptions batch;
  std::string io = "utf-16", new_name, action, cursor;
  int64_t limit = 0;
  bool apply = false, json = false, dry_run = false;
};

using Shared = std::shared_ptr<Options>;

void finish(Options& options) {
  options.command.io = encoding_of(options.io).value_or(Encoding::utf16);
  Json& args = options.request.args;
  if (options.apply) args["apply"] = true;
  if (!options.new_name.empty()) args["new_name"] = options.new_name;
  if (options.limit > 0) args["limit"] = static_cast<uint64_t>(options.limit);
  if (!options.cursor.empty()) args["cursor"] = options.cursor;
  if (options.action.empty()) return;
  const Json number = Json::parse(options.action, nullptr, false);
  args["action"] = number.is_number_unsigned() ? number : Json(options.action);
}

int run(Options options) {
  finish(options);
  Json bundle;
  try {
    if (options.command.server.empty()) options.command.server = server_for(options.request.selector);
    Command command(options.command);
    const Recovery& recovery = command.session().recovery();
    if (recovery.found) fmt::print(stderr, "gradus: an apply was interrupted here and is settled now\n");
    bundle = command.run(options.request);
    command.commit_trace();
  } catch (const LspError& error) {
    if (!options.json) throw;
    bundle = failure_bundle(options.request, error.status(), error.what());
  }
  if (options.json) {
    fmt::print("{}\n", bundle.dump(2));
  } else {
    print_bundle(bundle);
  }
  return bundle.at("meta").at("exit_code").get<int>();
}

int run_batch_verb(Options options) {
  finish(options);
  if (options.command.server.empty()) {
    throw Error::input("a batch needs the name of its server")
        .field("--server")
        .expected("clangd, pyright or a file");
  }
  options.command.workers = options.batch.workers;
  Command command(options.command);
  const auto next = []() -> std::optional<std::string> {
    std::string line;
    return std::getline(std::cin, line) ? std::optional(std::move(line)) : std::nullopt;
  };
  const auto write = [](const std::string& line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);  // whoever asked waits for it
  };
  const BatchReport report = run_batch(command, next, write, options.batch);
  command.commit_trace();
  return report.failed == 0 ? 0 : 1;
}

void add_server_options(CLI::App* verb, const Shared& options) {
  CommandOptions& command = options->command;
  verb->add_option("-w,--workspace", command.workspace, "Folder that the server works in [.]");
  verb->add_option("-s,--server", command.server, "clangd, pyright or a TOML file [by the address]");
  verb->add_option("--timeout", command.timeout_s, "Seconds for one answer [30]")
      ->check(CLI::Range(0.1, 3600.0));
  verb->add_option("--trace-file", command.trace_file, "Where to write down everything that is said");
  verb->add_option("--index-io", options->io, "Unit of columns in addresses [utf-16]")
      ->check(CLI::IsMember({"utf-8", "utf-16", "codepoint"}));
  verb->add_option("--tau", command.tau, "Score below which a target is ambiguous [0.75]")
      ->check(CLI::Range(0.0, 1.0));
  verb->add_option("--candidates", command.k, "Candidates to show [5]")->check(CLI::Range(1, 1000));
  verb->add_flag("--calibrated", command.calibrated, "Confidence counts the lead over the second candidate");
  verb->add_flag("--allow-hard-links", command.jail.hard_links, "Files may have other names elsewhere");
}

void add_edit_options(CLI::App* verb, const Shared& options) {
  CommandOptions& command = options->command;
  verb->add_option("--allow", command.jail.allow, "Change only files that this pattern names");
  verb->add_option("--deny", command.jail.deny, "Never change files that this pattern names (wins)");
  verb->add_flag("--allow-dirty", command.mutation.allow_dirty, "Apply to a git work tree with changes");
  verb->add_flag("--deny-apply-on-ambiguous", command.mutation.certain_only,
                 "Apply only where the target has confidence 1");
}

CLI::App* add_verb(CLI::App& lsp, Verb& chosen, const std::string& name, const std::string& about,
                   const std::string& example, const Shared& options) {
  CLI::App* verb = lsp.add_subcommand(name, about);
  verb->footer("Example:\n  gradus lsp " + name + " " + example);
  options->request.verb = name;
  const bool file = name == "symbols" || name == "diag";
  verb->add_option("selector", options->request.selector,
                   file ? "File, or an address in it"
                        : "Address: FILE@L3:C5, FILE@R(3,1->4,1), py://mod#Class.f, "
                          "cpp://FILE#ns::f, ast://..., anchor://FILE#\"text\"")
      ->required();
  add_server_options(verb, options);
  verb->add_flag("--json", options->json, "The whole answer as an Analysis Bundle");
  verb->callback([&chosen, options] {
    chosen = [options] { return with_published_exit([&] { return run(*options); }); };
  });
  return verb;
}

void add_list_verb(CLI::App& lsp, Verb& chosen, const std::string& name, const std::string& about,
                   const std::string& example) {
  const Shared options = std::make_shared<Options>();
  CLI::App* verb = add_verb(lsp, chosen, name, about, example, options);
  verb->add_option("--limit", options->limit, "Entries to show")->check(CLI::Range(1, 100'000));
  verb->add_option("--cursor", options->cursor, "Where to go on: 'next' of an earlier answer");
}

void add_questions(CLI::App& lsp, Verb& chosen) {
  add_list_verb(lsp, chosen, "def", "Where a name is defined", "src/main.cc@L5:C10 --server clangd");
  add_list_verb(lsp, chosen, "refs", "Where a name is used", "'py://shop.cart#Cart.total'");
  add_verb(lsp, chosen, "hover", "What the server says of a name", "src/main.cc@L5:C10",
           std::make_shared<Options>());
  add_list_verb(lsp, chosen, "symbols", "The symbols of a file", "src/main.cc");
  add_list_verb(lsp, chosen, "diag", "The diagnostics of a file", "src/main.cc");
  add_verb(lsp, chosen, "locate", "Where an address leads, with the text there",
           "'anchor://src/main.cc#\"int total(\"'", std::make_shared<Options>());
  add_verb(lsp, chosen, "prepare-rename", "Can this be renamed?", "src/main.cc@L5:C10",
           std::make_shared<Options>());
}

void add_changes(CLI::App& lsp, Verb& chosen) {
  const Shared rename = std::make_shared<Options>();
  CLI::App* verb = add_verb(lsp, chosen, "rename", "Rename everywhere: a diff, and with --apply the change",
                            "'cpp://src/cart.cc#Cart::sum' total", rename);
  verb->add_option("new-name", rename->new_name, "The new name")->required();
  const Shared action = std::make_shared<Options>();
  CLI::App* act = add_verb(lsp, chosen, "code-action", "What the server offers to change here, and one of it",
                           "src/main.cc@L5:C10 --action 0", action);
  act->add_option("--action", action->action, "Number or title of the action to take");
  for (const auto& [one, options] : {std::pair{verb, rename}, std::pair{act, action}}) {
    add_edit_options(one, options);
    CLI::Option* dry =
        one->add_flag("--dry-run", options->dry_run, "Show the change only (as without --apply)");
    one->add_flag("--apply", options->apply, "Change the files, all of them or none")->excludes(dry);
  }
}

void add_batch(CLI::App& lsp, Verb& chosen) {
  const Shared options = std::make_shared<Options>();
  CLI::App* verb = lsp.add_subcommand("batch", "JSON lines in, JSON lines out, one server for all");
  verb->footer(
      "Lines: {\"id\": 1, \"cmd\": \"hover\", \"selectorText\": \"src/main.cc@L5:C10\", \"args\": {}}\n"
      "Exit code 0: every line did; 1: at least one did not.\n"
      "Example:\n"
      "  gradus lsp batch --server clangd < lines.jsonl");
  add_server_options(verb, options);
  add_edit_options(verb, options);
  verb->add_option("--workers", options->batch.workers, "Questions at once [4]")->check(CLI::Range(1, 64));
  verb->add_flag("--fail-fast", options->batch.fail_fast, "Stop at the first line that fails; one at a time");
  verb->callback([&chosen, options] {
    chosen = [options] { return with_published_exit([&] { return run_batch_verb(*options); }); };
  });
}

}  // namespace

int with_published_exit(const std::function<int()>& action) {
  try {
    return action();
  } catch (const LspError& error) {
    fmt::print(stderr, "gradus: {}: {}\n", status_name(error.status()), error.what());
    return static_cast<int>(error.status());
  }
}

void add_lsp(CLI::App& app, Verb& chosen) {
  CLI::App* lsp = app.add_subcommand("lsp", "Ask language servers, edit safely, record and replay");
  lsp->require_subcommand(1);
  lsp->footer(
      "Exit codes: 0 done; 2 bad address; 3 not found; 4 ambiguous; 10 other version; 64 server timeout;\n"
      "65 server crash; 70 apply conflict; 71 file system; 72 server cannot; 73 cancelled; 74 content "
      "modified;\n"
      "75 position encoding; 76 replay mismatch.\n"
      "Example (in a project with C++):\n"
      "  gradus lsp symbols src/main.cc --server clangd");
  add_questions(*lsp, chosen);
  add_changes(*lsp, chosen);
  add_batch(*lsp, chosen);
  add_lsp_reward(*lsp, chosen);
  add_lsp_records(*lsp, chosen);
}

}  // namespace gradus
