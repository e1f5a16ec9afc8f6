// What a language server asks of its client, and what Gradus answers (LSP 3.17).
//
//   connection.send(answer_to(message, profile, root).dump());
//
//   workspace/configuration            the profile's settings, null where there are none
//   workspace/workspaceFolders         the workspace
//   client/registerCapability, client/unregisterCapability, window/workDoneProgress/create and
//   workspace/.../refresh              null
//   window/showMessageRequest          null: nobody picks an action
//   workspace/applyEdit                refused: a server never writes by itself
//   anything else                      the error MethodNotFound
#pragma once

#include <string>

#include "gradus/base/json.h"
#include "gradus/lsp/profile.h"

namespace gradus {

Json answer_to(const Json& request, const ServerProfile& profile, const std::string& root);

}  // namespace gradus
