// What client and server tell each other about themselves (LSP 3.17, initialize).
//
//   Json ours = client_capabilities({Encoding::utf16, Encoding::utf8});
//   Encoding encoding = negotiated_encoding(result, {Encoding::utf16, Encoding::utf8});
//   require_capability(result.at("capabilities"), "textDocument/rename", "clangd");   // UNSUPPORTED_CAP
//
// Encodings: `positionEncoding` of LSP 3.17, else `offsetEncoding`, the older extension of clangd, else
// UTF-16; one that nobody offered is INDEXING_UNSUPPORTED. A capability that is missing is an error and never
// a silent "not safe".
#pragma once

#include <string>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/lsp/position.h"

namespace gradus {

Json client_capabilities(const std::vector<Encoding>& encodings);
Encoding negotiated_encoding(const Json& initialize_result, const std::vector<Encoding>& offered);

// Methods that no capability announces are let through.
bool offers(const Json& capabilities, const std::string& method);
void require_capability(const Json& capabilities, const std::string& method, const std::string& server);
bool takes_documents(const Json& capabilities);  // didOpen, didChange and didClose are understood

}  // namespace gradus
