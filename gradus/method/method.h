// A published method as data: methods/KEY.toml. What it is called, where it comes from, what it does, and the
// chains of operators that it is made of. Its claims stand in the same file (gradus/study/claims.h).
//
//   key = "prime"
//   system = "implicit PRM updated online"
//   names = ["PRIME", "process reinforcement through implicit rewards"]   # what else it is called
//   paper = "arXiv 2502.01456"
//   about = "..."
//   [chain.advantage]
//   ...
//
//   const Method& prime = find_method("PRIME");         // by key, name or arXiv id
//   const NamedChain pure = find_chain("pure/min");     // or "pure": its first chain
//
// The files travel inside the library, so that every program finds them from any folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gradus/method/chain.h"

namespace gradus {

struct Method {
  std::string key, system, paper, about;
  std::vector<std::string> names;
  std::vector<Chain> chains;  // in the order of the file
  Config config;              // the whole file

  const Chain& chain(const std::string& name) const;  // throws an input error with the chains that there are
};

// Reads what is the method's own and leaves the rest to whoever reads claims.
Method read_method(const Config& config);

std::string_view method_text(const std::string& file);  // "methods/KEY.toml"; empty where there is none
const std::vector<Method>& methods();                   // every file, by key
const Method* method_of_key(const std::string& key);    // nullptr: there is no such file
const Method& find_method(const std::string& name);     // throws an input error with the nearest names
std::vector<const Method*> search_methods(const std::string& words);  // every word in what is said of it

struct NamedChain {
  const Method& method;
  const Chain& chain;
};

NamedChain find_chain(const std::string& name);  // "METHOD" or "METHOD/CHAIN"

}  // namespace gradus
