// repeated_question: the same questions to a real language server on a frozen file, again and again, while
// answers come late and in another order: does the analysis bundle keep its id? (Lanser-CLI, claim (a) of
// methods/lanser.toml.)
//
// Five questions at once (definition, references, hover, symbols, prepare-rename) in a shuffled order;
// between server and client every message waits up to `jitter` milliseconds and answers are swapped at
// random. Half of the repeats ask a server that was started anew. Numbers, "SERVER." in front:
//
//   questions   asked of each kind
//   bundles     different bundle ids, the most of any kind: 1 where the request decides the id
//
//   [[simulation]]
//   name = "repeated_question"
//   server = "pyright"
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_repeated_question(SimulationRegistry& registry);

}  // namespace gradus
