// Which calls the answer needs, exactly.
//
//   Trace trace = read_trace(...);                  // CALL 0 + 0 =0  CALL 3 + 4 =7  CALL 7 - 2 =5  ANS 5
//   useful_calls(parse_chain("3 + 4 - 2 ?"), trace);   // per event: no, -, yes, -, yes, -, -   (- : empty)
//   grounded(chain, trace);                         // yes: the calculator gave the value of the whole chain
//
// A call that got a result is useful iff it computes a node of the chain for the first time, before the
// answer and before any later node of the chain was computed: its result is what the next node, or the
// answer, is made of. Calls that failed or never ran are left out (empty), so that "useful" says nothing
// about how often calls fail.
#pragma once

#include "gradus/env/calculator/trace.h"

namespace gradus::calculator {

std::vector<std::optional<bool>> useful_calls(const Chain& chain, const Trace& trace);  // one per event

// Empty where no answer was given.
std::optional<bool> grounded(const Chain& chain, const Trace& trace);

}  // namespace gradus::calculator
