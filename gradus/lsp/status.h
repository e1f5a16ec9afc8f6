// How a language-server command can end: the published names and exit codes, and the error that carries one.
//
//   throw LspError(Status::not_found, Error::input("no symbol of this name").field("selector").found(text));
//
// Source: Lanser-CLI, src/lanser/exit_codes.py (E/INDEXING_MISMATCH, named in the paper's prose only, is 75).
#pragma once

#include <string_view>
#include <utility>

#include "gradus/base/error.h"

namespace gradus {

enum class Status {
  ok = 0,
  bad_selector_syntax = 2,
  not_found = 3,
  ambiguous = 4,
  version_skew = 10,
  ls_timeout = 64,
  ls_crash = 65,
  apply_conflict = 70,
  fs_permissions = 71,
  unsupported_cap = 72,
  request_cancelled = 73,
  content_modified = 74,
  indexing_unsupported = 75,
  replay_mismatch = 76,
};

std::string_view status_name(Status status);  // "NOT_FOUND"; "OK"

class LspError : public Error {
 public:
  LspError(Status status, Error error) : Error(std::move(error)), status_(status) {}
  Status status() const { return status_; }

 private:
  Status status_;
};

}  // namespace gradus
