#include "gradus/lsp/capabilities.h"

#include <algorithm>

#include "gradus/lsp/status.h"
#include "gradus/lsp/text.h"

namespace gradus {

namespace {

struct Provider {
  const char *method, *capability;
};

constexpr Provider kProviders[] = {
    {"textDocument/definition", "definitionProvider"},
    {"textDocument/declaration", "declarationProvider"},
    {"textDocument/typeDefinition", "typeDefinitionProvider"},
    {"textDocument/implementation", "implementationProvider"},
    {"textDocument/references", "referencesProvider"},
    {"textDocument/hover", "hoverProvider"},
    {"textDocument/documentSymbol", "documentSymbolProvider"},
    {"textDocument/codeAction", "codeActionProvider"},
    {"textDocument/rename", "renameProvider"},
    {"textDocument/prepareRename", "renameProvider"},
    {"workspace/symbol", "workspaceSymbolProvider"},
};

bool is_on(const Json& capabilities, const std::string& name) {
  const auto found = capabilities.find(name);
  return found != capabilities.end() && (found->is_object() || *found == true);
}

}  // namespace

Json client_capabilities(const std::vector<Encoding>& encodings) {
  Json names = Json::array();
  for (const Encoding encoding : encodings) names.push_back(encoding_name(encoding));
  const Json document = {
      {"synchronization", {{"didSave", true}}},
      {"publishDiagnostics", {{"versionSupport", true}, {"relatedInformation", true}}},
      {"diagnostic", {{"dynamicRegistration", false}}},
      {"hover", {{"contentFormat", {"plaintext", "markdown"}}}},
      {"definition", {{"linkSupport", false}}},
      {"documentSymbol", {{"hierarchicalDocumentSymbolSupport", true}}},
      {"rename", {{"prepareSupport", true}}},
      {"codeAction",
       {{"codeActionLiteralSupport",
         {{"codeActionKind",
           {{"valueSet", {"", "quickfix", "refactor", "source", "source.organizeImports"}}}}}},
        {"isPreferredSupport", true}}},
  };
  // No workspaceFolders: with it pyright 1.1.407 waits for a change of folders before it reads its settings.
  const Json workspace = {
      {"configuration", true},
      {"applyEdit", false},
      {"workspaceEdit",
       {{"documentChanges", true},
        {"resourceOperations", {"create", "rename", "delete"}},
        {"failureHandling", "abort"}}},
      {"didChangeConfiguration", {{"dynamicRegistration", false}}},
      {"didChangeWatchedFiles", {{"dynamicRegistration", false}}},
  };
  return {{"general", {{"positionEncodings", names}}},
          {"offsetEncoding", names},
          {"textDocument", document},
          {"workspace", workspace},
          {"window", {{"workDoneProgress", true}}}};
}

Encoding negotiated_encoding(const Json& result, const std::vector<Encoding>& offered) {
  const Json& capabilities = result.at("capabilities");
  const Json* chosen = nullptr;
  if (capabilities.contains("positionEncoding")) {
    chosen = &capabilities.at("positionEncoding");
  } else if (result.contains("offsetEncoding")) {
    chosen = &result.at("offsetEncoding");
  }
  if (!chosen) return Encoding::utf16;
  const std::optional<Encoding> encoding =
      chosen->is_string() ? encoding_of(chosen->get<std::string>()) : std::nullopt;
  if (encoding && std::find(offered.begin(), offered.end(), *encoding) != offered.end()) return *encoding;
  std::string names;
  for (const Encoding one : offered) names += (names.empty() ? "" : ", ") + std::string(encoding_name(one));
  throw LspError(Status::indexing_unsupported,
                 Error::outside("the language server counts positions in an encoding that it was not offered")
                     .field("positionEncoding")
                     .found(chosen->dump())
                     .expected("one of: " + names));
}

bool offers(const Json& capabilities, const std::string& method) {
  for (const Provider& provider : kProviders) {
    if (method != provider.method) continue;
    if (!is_on(capabilities, provider.capability)) return false;
    if (method != "textDocument/prepareRename") return true;
    const Json& rename = capabilities.at(provider.capability);
    return rename.is_object() && rename.value("prepareProvider", Json(false)) == true;
  }
  return true;
}

void require_capability(const Json& capabilities, const std::string& method, const std::string& server) {
  if (offers(capabilities, method)) return;
  for (const Provider& provider : kProviders) {
    if (method != provider.method) continue;
    throw LspError(Status::unsupported_cap,
                   Error::outside("the language server '" + server + "' does not offer " + method)
                       .field(provider.capability)
                       .hint("choose a server that does; nothing was asked"));
  }
}

bool takes_documents(const Json& capabilities) {
  const auto sync = capabilities.find("textDocumentSync");
  if (sync == capabilities.end()) return false;
  const Json change = sync->is_object() ? sync->value("change", Json(0)) : *sync;
  const bool opens = !sync->is_object() || sync->value("openClose", Json(false)) == true;
  return opens && change.is_number_integer() && (change == 1 || change == 2);
}

}  // namespace gradus
