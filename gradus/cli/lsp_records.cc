// gradus lsp trace, schema, recover and doctor: what was written down, what shape it has, what was left
// behind and what is installed.
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "gradus/base/error.h"
#include "gradus/cli/lsp.h"
#include "gradus/cli/lsp_print.h"
#include "gradus/lsp/apply.h"
#include "gradus/lsp/batch.h"
#include "gradus/lsp/bundle.h"
#include "gradus/lsp/capabilities.h"
#include "gradus/lsp/command.h"
#include "gradus/lsp/edit_rewards.h"
#include "gradus/lsp/profile.h"
#include "gradus/lsp/schema.h"

namespace gradus {

namespace {

struct TraceOptions {
  std::string file, workspace = ".", command, selector, status;
  int exit = -1, workers = 1;
  bool json = false;
};

struct RecordedCommand {
  Json request, answer;  // answer null: the command was interrupted
};

std::vector<RecordedCommand> commands_of(const Trace& trace) {
  std::vector<RecordedCommand> commands;
  std::map<Json, size_t> in_line;  // by place: an answer may come after later requests
  for (const TraceEvent& event : trace.events) {
    if (event.direction != Direction::meta) continue;
    const std::string kind = event.content.value("event", "");
    const Json place = event.content.value("place", Json());
    if (kind == "request") {
      in_line[place] = commands.size();
      commands.push_back({event.content.at("request"), nullptr});
    }
    if (const auto asked = in_line.find(place); kind == "answer" && asked != in_line.end())
      commands[asked->second].answer = event.content;
  }
  return commands;
}

bool wanted(const TraceOptions& options, const RecordedCommand& one) {
  if (!options.command.empty() && one.request.value("cmd", "") != options.command) return false;
  if (!options.selector.empty() && one.request.dump().find(options.selector) == std::string::npos)
    return false;
  if (options.exit >= 0 && (one.answer.is_null() || one.answer.at("exit") != options.exit)) return false;
  return options.status.empty() || (!one.answer.is_null() && one.answer.at("status") == options.status);
}

int list_trace(const TraceOptions& options) {
  Json listed = Json::array();
  for (const RecordedCommand& one : commands_of(read_trace(options.file))) {
    if (!wanted(options, one)) continue;
    listed.push_back({{"request", one.request}, {"answer", one.answer}});
    if (options.json) continue;
    const bool done = !one.answer.is_null();
    fmt::print("{:<16} {:<14} exit {:<3} {}\n", one.request.value("cmd", ""),
               done ? one.answer.value("status", "") : "interrupted",
               done ? one.answer.at("exit").dump() : "-", one.request.value("selectorText", ""));
  }
  if (options.json) fmt::print("{}\n", listed.dump(2));
  return listed.empty() ? 1 : 0;
}

int show_trace(const TraceOptions& options) {
  size_t number = 0;
  for (const TraceEvent& event : read_trace(options.file).events) {
    const char* const arrow = event.direction == Direction::to_server   ? "-->"
                              : event.direction == Direction::to_client ? "<--"
                                                                        : "   ";
    std::string text = event.content.dump();
    if (!options.json && text.size() > 160) text = text.substr(0, 157) + "...";
    fmt::print("{:>5} {} {}\n", ++number, arrow, text);
  }
  return 0;
}

int replay_trace(const TraceOptions& options) {
  const auto trace = std::make_shared<const Trace>(read_trace(options.file));
  if (is_edit_trace(*trace)) return show_edit_rewards(replay_edit_rewards(trace, std::nullopt), options.json);
  int code = 0;
  for (const Json& bundle : replay_commands(trace, options.workspace, options.workers)) {
    if (options.json) {
      fmt::print("{}\n", bundle.dump(2));
    } else {
      print_bundle(bundle);
    }
    if (code == 0) code = bundle.at("meta").at("exit_code").get<int>();
  }
  return code;
}

void add_trace(CLI::App& lsp, Verb& chosen) {
  CLI::App* trace = lsp.add_subcommand("trace", "What was recorded with --trace-file");
  trace->require_subcommand(1);
  trace->footer("Example:\n  gradus lsp trace replay t.jsonl --json");
  struct Kind {
    const char *name, *about;
    int (*run)(const TraceOptions&);
  };
  for (const Kind& kind : {Kind{"list", "The commands of a trace", list_trace},
                           Kind{"show", "Every message of a trace", show_trace},
                           Kind{"replay", "The same answers again, without a server", replay_trace}}) {
    const auto options = std::make_shared<TraceOptions>();
    CLI::App* verb = trace->add_subcommand(kind.name, kind.about);
    verb->footer(fmt::format("Example:\n  gradus lsp trace {} t.jsonl", kind.name));
    verb->add_option("file", options->file, "Trace file")->required();
    verb->add_flag("--json", options->json, "Machine-readable output");
    if (kind.run == replay_trace) {
      verb->add_option("-w,--workspace", options->workspace, "The workspace of the trace [.]");
      verb->add_option("--workers", options->workers, "Questions at once; the bytes are the same [1]")
          ->check(CLI::Range(1, 64));
    }
    if (kind.run == list_trace) {
      verb->add_option("--cmd", options->command, "Only this verb");
      verb->add_option("--selector", options->selector, "Only addresses with this text");
      verb->add_option("--status", options->status, "Only this status");
      verb->add_option("--exit", options->exit, "Only this exit code");
    }
    const auto run = kind.run;
    verb->callback([&chosen, options, run] {
      chosen = [options, run] { return with_published_exit([&] { return run(*options); }); };
    });
  }
}

// The lines of a batch, before they are asked.
int validate_batch(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error::input("cannot open the file").at(file);
  size_t number = 0, wrong = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (const std::string fault = batch_line_fault(line); !fault.empty()) {
      ++wrong;
      fmt::print("{}:{}: {}\n", file, number, fault);
    }
  }
  if (wrong == 0) fmt::print("{}: {} lines, all valid\n", file, number);
  return wrong == 0 ? 0 : 1;
}

int validate(const std::string& file, const std::string& schema) {
  const Json document = read_document(file);
  const std::vector<SchemaFault> faults = schema_faults(document, schema);
  for (const SchemaFault& fault : faults) {
    fmt::print("{}: {}: found {}, expected {}\n", file, fault.path.empty() ? "document" : fault.path,
               fault.found, fault.expected);
  }
  if (!faults.empty()) return 1;
  if (schema == "bundle" && bundle_id(document) != document.at("bundleId")) {
    fmt::print("{}: bundleId: found {}, expected {}\n", file, document.at("bundleId").get<std::string>(),
               bundle_id(document));
    return 1;
  }
  fmt::print("{}: a valid {}\n", file, schema);
  return 0;
}

void add_schema(CLI::App& lsp, Verb& chosen) {
  CLI::App* schema = lsp.add_subcommand("schema", "The published JSON Schemas, and a check against them");
  schema->require_subcommand(1);
  schema->footer("Example:\n  gradus lsp schema export bundle");
  const auto name = std::make_shared<std::string>("bundle"), file = std::make_shared<std::string>();
  CLI::App* out = schema->add_subcommand("export", "Print a schema");
  out->footer("Example:\n  gradus lsp schema export bundle");
  out->add_option("name", *name, "Which one")->check(CLI::IsMember(schema_names()));
  out->callback([&chosen, name] {
    chosen = [name] {
      fmt::print("{}", schema_text(*name));
      return 0;
    };
  });
  CLI::App* check =
      schema->add_subcommand("validate", "Is this file as a schema says? Of a bundle: its id, too");
  check->footer("Example:\n  gradus lsp schema validate answer.json");
  check->add_option("file", *file, "JSON file")->required();
  check->add_option("--schema", *name, "Which schema [bundle]")->check(CLI::IsMember(schema_names()));
  CLI::App* batch = schema->add_subcommand("validate-batch", "Is every line of this file one for a batch?");
  batch->footer("Example:\n  gradus lsp schema validate-batch lines.jsonl");
  batch->add_option("file", *file, "JSON lines")->required();
  batch->callback([&chosen, file] { chosen = [file] { return validate_batch(*file); }; });
  check->callback([&chosen, name, file] { chosen = [name, file] { return validate(*file, *name); }; });
}

int recover_workspace(const std::string& workspace) {
  const Recovery recovery = recover(Jail(workspace));
  if (!recovery.found) fmt::print("no apply was interrupted here\n");
  if (recovery.completed) fmt::print("the apply was past its mark: all files are new\n");
  for (const std::string& path : recovery.restored) fmt::print("restored  {}\n", path);
  for (const std::string& path : recovery.kept) {
    fmt::print("left as it is, somebody changed it; its old content lies beside it: {}\n", path);
  }
  return recovery.kept.empty() ? 0 : static_cast<int>(Status::apply_conflict);
}

// The verbs that a server with these capabilities can answer.
std::string verbs_of(const Client& client) {
  constexpr std::pair<const char*, const char*> kAsked[] = {
      {"def", "textDocument/definition"},        {"refs", "textDocument/references"},
      {"hover", "textDocument/hover"},           {"symbols", "textDocument/documentSymbol"},
      {"rename", "textDocument/rename"},         {"prepare-rename", "textDocument/prepareRename"},
      {"code-action", "textDocument/codeAction"}};
  std::string can, cannot;
  for (const auto& [verb, method] : kAsked) {
    std::string& list = offers(client.capabilities(), method) ? can : cannot;
    list += (list.empty() ? "" : " ") + std::string(verb);
  }
  return can + (cannot.empty() ? "" : "; not " + cannot);
}

// Is it installed, does it start and answer? Nothing of the workspace is read.
Json examined(const std::string& name, const std::string& workspace) {
  const ServerProfile profile = server_profile(name);
  Json entry = {{"server", profile.name}, {"ready", true}};
  try {
    entry["program"] = executable_of(profile);
    const Client client(profile, Jail(workspace).root());
    entry["version"] = client.server_info().value("version", Json());
    entry["positionEncoding"] = encoding_name(client.encoding());
    entry["capabilities"] = capabilities_json(client.capabilities());
    entry["verbs"] = verbs_of(client);
  } catch (const LspError& error) {
    entry["ready"] = false;
    entry["why"] = error.what();
  }
  return entry;
}

int examine(const std::string& profile, const std::string& workspace, bool json) {
  Json servers = Json::array();
  bool all = true;
  for (const std::string& name : profile.empty() ? server_names() : std::vector<std::string>{profile}) {
    const Json entry = examined(name, workspace);
    servers.push_back(entry);
    all = all && entry.at("ready") == true;
    if (json) continue;
    const std::string shown = entry.at("server").get<std::string>();
    if (entry.at("ready") != true) {
      fmt::print("NO {:<10} {}\n", shown, entry.at("why").get<std::string>());
      continue;
    }
    const Json& version = entry.at("version");
    fmt::print("ok {:<10} {}, version {}, {}\n", shown, entry.at("program").get<std::string>(),
               version.is_null() ? "not told" : version.get<std::string>(),
               entry.at("positionEncoding").get<std::string>());
    fmt::print("   {:<10} {}\n", "", entry.at("verbs").get<std::string>());
  }
  if (json) fmt::print("{}\n", servers.dump(2));
  return all ? 0 : 3;
}

}  // namespace

Json read_document(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error::input("cannot open the file").at(file);
  std::ostringstream text;
  text << in.rdbuf();
  const Json document = Json::parse(text.str(), nullptr, false);
  if (document.is_discarded()) throw Error::input("the file is no JSON").at(file);
  return document;
}

void add_lsp_records(CLI::App& lsp, Verb& chosen) {
  add_trace(lsp, chosen);
  add_schema(lsp, chosen);
  const auto workspace = std::make_shared<std::string>(".");
  CLI::App* back =
      lsp.add_subcommand("recover", "After a crash in the middle of an apply: all files old or new");
  back->footer("Example:\n  gradus lsp recover");
  back->add_option("-w,--workspace", *workspace, "Folder of the apply [.]");
  back->callback([&chosen, workspace] {
    chosen = [workspace] { return with_published_exit([&] { return recover_workspace(*workspace); }); };
  });
  const auto json = std::make_shared<bool>(false);
  CLI::App* doctor = lsp.add_subcommand("doctor", "Which language servers start here, and what they can do");
  doctor->footer("Example:\n  gradus lsp doctor\n  gradus lsp doctor my/server.toml");
  const auto profile = std::make_shared<std::string>();
  doctor->add_option("server", *profile, "A name, or a file of your own [all that come here]");
  doctor->add_option("-w,--workspace", *workspace, "Folder to start them in [.]");
  doctor->add_flag("--json", *json, "Machine-readable output");
  doctor->callback([&chosen, profile, workspace, json] {
    chosen = [profile, workspace, json] {
      return with_published_exit([&] { return examine(*profile, *workspace, *json); });
    };
  });
}

}  // namespace gradus
