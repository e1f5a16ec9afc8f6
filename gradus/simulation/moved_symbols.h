// moved_symbols: a source file under edits, and a real language server: does an address of before the edits
// still find what it meant? (Lanser-CLI; the paper prints no numbers, so the bounds are ours.)
//
// A file has two classes and free functions, each with a body of its own; methods of the same name stand in
// both classes. A trial picks a function, addresses it in four ways, then makes 1 to 4 edits: lines are put
// in between (comments, blanks, statements of other bodies), a function moves, another function is renamed
// with its calls. The server says the symbols of the edited file, and gradus/lsp/relocate.h resolves.
// Numbers, "SERVER." in front:
//
//   symbol, ast      share of trials in which the address gives one target, and the right one
//   anchor           the same for an anchor on its first two lines, in trials that left those alone
//   line_column      share in which the name still stands at its line and column
//
//   [[simulation]]
//   name = "moved_symbols"
//   server = "clangd"
//   seeds = 10              # of 50 trials
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_moved_symbols(SimulationRegistry& registry);

}  // namespace gradus
