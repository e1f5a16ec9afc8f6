// The journal of an apply: which files it replaces, where their new and old contents lie, and whether it is
// past the point of no return. It stands in the root of the workspace and appears whole or not at all.
//
//   write_journal(jail, journal);                                      // durable when it returns
//   const std::optional<Journal> found = read_journal(jail);           // nothing: no apply was interrupted
//   remove_journal(jail);
//
// A journal is read as hostile input: it comes with the workspace. Its names must be names of an apply
// (".gradus-apply-...") and its paths are walked by the jail like any other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradus/lsp/jail.h"

namespace gradus {

struct JournalEntry {
  std::string path;                          // canonical, relative to the root
  std::string temp, backup;                  // names beside the target
  std::optional<std::string> before, after;  // hashes; nothing: no such file
};

struct Journal {
  bool done = false;
  std::vector<JournalEntry> files;
  std::vector<std::string> folders;  // made by the apply, outer ones first
};

inline constexpr const char* kJournalName = ".gradus-apply.json";

// All three under the lock of gradus/lsp/apply.
void write_journal(const Jail& jail, const Journal& journal);
std::optional<Journal> read_journal(const Jail& jail);
void remove_journal(const Jail& jail);

// Writes a new file that others cannot put there first, with these permission bits, durable when it returns.
// `owner` and `group` -1: those of the writer.
void write_durable(const Descriptor& folder, const std::string& name, const std::string& bytes, mode_t mode,
                   uid_t owner = static_cast<uid_t>(-1), gid_t group = static_cast<gid_t>(-1));

}  // namespace gradus
