// What libclang says about C functions, in the process that calls it: a source that kills libclang kills it.
//
//   const std::vector<CFunctionFacts> facts = read_c_functions(sources);   // see gradus/tool/c_facts.h
//
// Only gradus-clang (main.cc) calls this.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradus/tool/c_facts.h"
#include "gradus/tool/clang_protocol.h"

namespace gradus {

// Ends the process with clang_child::gave_up and the reason where libclang refuses a unit.
std::vector<CFunctionFacts> read_c_functions(std::span<const std::string> sources);

std::string version_of_libclang();

namespace clang_child {

// One translation unit has so much processor time from now on.
void restart_clock();

}  // namespace clang_child

}  // namespace gradus
