// The diagnostics barrier: what the server says about documents after their last change, and never earlier.
//
//   client.change_document(uri, text);
//   for (const FileDiagnostics& file : diagnostics_of(client, {uri}, Milliseconds(30'000))) {
//     const DiagnosticCounts counts = count_diagnostics(file.items, client.profile());
//     if (counts.errors == 0) ...
//   }
//
// A server that publishes (clangd): waits for a publication of every document whose version equals the
// version of its last change (of a server that gives no versions: one after the change, behind which nothing
// came for a while), then, where the server says so, for the notification after it that the work on
// the file is done, and until nothing is in progress. A server that is asked (pyright): the answer is for the
// version that the document has before and after. A document that was judged before other files changed on
// disk is judged anew. No such answer in time is LS_TIMEOUT, a document that changes meanwhile
// CONTENT_MODIFIED: a count is never read early. Source: section "Running it on clangd and pyright" of our
// specification; the paper leaves the order open.
#pragma once

#include <string>
#include <vector>

#include "gradus/lsp/client.h"

namespace gradus {

struct FileDiagnostics {
  std::string uri;
  int64_t version = 0;
  Json items = Json::array();  // LSP Diagnostic, in the server's order
};

// Of open documents, in the order given.
std::vector<FileDiagnostics> diagnostics_of(Client& client, const std::vector<std::string>& uris,
                                            Milliseconds timeout);

struct DiagnosticCounts {
  int64_t errors = 0, warnings = 0, information = 0, hints = 0;
  bool fatal = false;  // an error behind which others are hidden: a code of the profile's fatal_codes
};

// A diagnostic without a severity counts as an error (the protocol leaves it to the client).
DiagnosticCounts count_diagnostics(const Json& items, const ServerProfile& profile);

// "CODE: message" of every error behind which others are hidden.
std::vector<std::string> fatal_findings(const Json& items, const ServerProfile& profile);

}  // namespace gradus
