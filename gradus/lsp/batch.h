// Many commands to one running server: JSON lines in, JSON lines out.
//
//   in    {"id": 1, "cmd": "hover", "selectorText": "src/a.cc@L3:C5", "args": {}}      or "selector": {...}
//   out   {"id": 1, "exit": 0, "bundle": {...}}                                        in the same order
//
//   BatchReport report = run_batch(command, next_line, write_line, {.workers = 4});
//   report.failed                                  // lines whose exit was not 0
//
// An answer is written as soon as it and those before it are there, while the input stays open: whoever asks
// may wait for it before asking more. A line that is none gives exit 2 for that line, with a bundle that says
// why, and the rest goes on; `fail_fast` ends the batch after the first exit that is not 0. Questions run at
// once on `workers` threads; equal ones are asked once and their answers kept until the workspace changes;
// they take their turns at the documents in the order of the lines, so that a trace of them replays with any
// number of workers. A line that changes files waits until all before it are done, and those after it wait
// for it. When the input ends, what is on its way is finished. At most 1 MiB a line. Source: Lanser-CLI
// (batch); the format is ours, the paper gives none.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "gradus/lsp/command.h"

namespace gradus {

struct BatchOptions {
  int workers = 4;
  bool fail_fast = false;
};

struct BatchReport {
  size_t lines = 0, failed = 0;
};

// What is wrong with a line, before it is asked; "": nothing, or an empty line.
std::string batch_line_fault(const std::string& text);

BatchReport run_batch(Command& command, const std::function<std::optional<std::string>()>& next_line,
                      const std::function<void(const std::string&)>& write_line, const BatchOptions& options);

}  // namespace gradus
