// Statements that change nothing, put into a program that is right: six tokens each.
//
//   JunkWriter writer(body, stream, true);                 // body: statements as words, edited in place
//   writer.put(writer.position_of_essential(0));           // before the first statement
//
// What was put in stays junk: no later piece reads a value that an earlier one left dead, or writes a
// variable whose plain copy is in use.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "gradus/base/random.h"

namespace gradus {

using Words = std::vector<std::string>;

inline constexpr size_t kJunkTokens = 6;
inline constexpr char kJunkName = 'j';  // temporaries of junk begin with it

std::string token_words(const Words& words);  // with single spaces

class JunkWriter {
 public:
  // `copies`: plain copies, whose later uses must be renamed, are among the kinds.
  JunkWriter(std::vector<Words>& body, Stream stream, bool copies);

  // Where the i-th statement of the body as it was given stands now.
  size_t position_of_essential(size_t i) const { return essential_[i]; }

  // A piece of a random kind; after the return: unreachable code. Pieces must be put in from front to back.
  void put(size_t position);

 private:
  bool try_kind(size_t kind, size_t position);
  bool try_copy(size_t position);
  bool try_dead_store(size_t position);
  bool try_duplicate(size_t position);
  bool try_unused(size_t position);
  bool try_on_live_parameter(size_t kind, size_t position);

  std::string readable_parameter();  // "": none is left
  bool used_from(size_t position, const std::string& name) const;
  std::string fresh_name();
  bool names_left() const;
  void insert(size_t position, Words words);

  std::vector<Words>& body_;
  std::vector<size_t> essential_;
  Stream stream_;
  bool copies_;
  std::set<std::string> dead_;    // parameters whose value nobody may read any more
  std::set<std::string> copied_;  // parameters that must keep their value
  Words last_dead_store_;         // the newest piece, where it was a dead store
  size_t names_ = 0;              // temporaries declared so far
  size_t pieces_ = 0;             // put in so far
};

}  // namespace gradus
