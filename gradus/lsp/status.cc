#include "gradus/lsp/status.h"

namespace gradus {

std::string_view status_name(Status status) {
  switch (status) {
    case Status::ok:
      return "OK";
    case Status::bad_selector_syntax:
      return "BAD_SELECTOR_SYNTAX";
    case Status::not_found:
      return "NOT_FOUND";
    case Status::ambiguous:
      return "AMBIGUOUS";
    case Status::version_skew:
      return "VERSION_SKEW";
    case Status::ls_timeout:
      return "LS_TIMEOUT";
    case Status::ls_crash:
      return "LS_CRASH";
    case Status::apply_conflict:
      return "APPLY_CONFLICT";
    case Status::fs_permissions:
      return "FS_PERMISSIONS";
    case Status::unsupported_cap:
      return "UNSUPPORTED_CAP";
    case Status::request_cancelled:
      return "REQUEST_CANCELLED";
    case Status::content_modified:
      return "CONTENT_MODIFIED";
    case Status::indexing_unsupported:
      return "INDEXING_UNSUPPORTED";
    case Status::replay_mismatch:
      return "REPLAY_MISMATCH";
  }
  return "OK";
}

}  // namespace gradus
