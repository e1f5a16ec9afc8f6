#include "gradus/lsp/message_texts.h"

namespace gradus {

namespace {

void change_keys(Json& object, const TextChange& change) {
  Json changed = Json::object();
  for (auto it = object.begin(); it != object.end(); ++it)
    changed[change(it.key()).value_or(it.key())] = std::move(it.value());
  object = std::move(changed);
}

}  // namespace

void change_texts(Json& message, const TextChange& change) {
  if (message.is_string()) {
    if (auto changed = change(message.get_ref<const std::string&>())) message = std::move(*changed);
    return;
  }
  if (!message.is_structured()) return;
  bool keys = false;
  for (auto it = message.begin(); it != message.end(); ++it) {
    keys = keys || (message.is_object() && change(it.key()));
    change_texts(*it, change);
  }
  if (keys) change_keys(message, change);
}

}  // namespace gradus
