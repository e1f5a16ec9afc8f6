#include "gradus/lsp/server_request.h"

#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

constexpr int kMethodNotFound = -32601, kInvalidParams = -32602;

Json failure(const Json& id, int code, const std::string& message) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", message}}}};
}

Json settings_for(const Json& items, const ServerProfile& profile) {
  Json out = Json::array();
  for (const Json& item : items) {
    const bool named = item.is_object() && item.contains("section") && item.at("section").is_string();
    out.push_back(setting_of(profile, named ? item.at("section").get<std::string>() : ""));
  }
  return out;
}

bool is_nodded_at(const std::string& method) {
  constexpr std::string_view kRefresh = "/refresh";
  const bool refresh = method.rfind("workspace/", 0) == 0 && method.size() > kRefresh.size() &&
                       method.substr(method.size() - kRefresh.size()) == kRefresh;
  return refresh || method == "client/registerCapability" || method == "client/unregisterCapability" ||
         method == "window/workDoneProgress/create" || method == "window/showMessageRequest";
}

}  // namespace

Json answer_to(const Json& request, const ServerProfile& profile, const std::string& root) {
  const std::string method = request.at("method").get<std::string>();
  const Json& id = request.at("id");
  Json result;
  if (method == "workspace/configuration") {
    const Json params = request.value("params", Json::object());
    if (!params.is_object() || !params.contains("items") || !params.at("items").is_array()) {
      return failure(id, kInvalidParams, "workspace/configuration needs a list of items");
    }
    result = settings_for(params.at("items"), profile);
  } else if (method == "workspace/workspaceFolders") {
    result = Json::array({Json{{"uri", file_uri(root)}, {"name", "workspace"}}});
  } else if (method == "workspace/applyEdit") {
    result = {{"applied", false}, {"failureReason", "Gradus applies no edit that it did not ask for"}};
  } else if (!is_nodded_at(method)) {
    return failure(id, kMethodNotFound, "Gradus does not know " + method);
  }
  return {{"jsonrpc", "2.0"}, {"id", id}, {"result", result}};
}

}  // namespace gradus
