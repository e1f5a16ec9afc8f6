// Texts of a message of a language server, keys and values, put in the place of others.
//
//   change_texts(message, [&](const std::string& text) -> std::optional<std::string> {
//     return text == "a" ? std::optional<std::string>("b") : std::nullopt;
//   });
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "gradus/base/json.h"

namespace gradus {

// What stands there instead; nothing: it stays.
using TextChange = std::function<std::optional<std::string>(const std::string&)>;

// Goes as deep as the message: give it one that came through parse_message or was built here.
void change_texts(Json& message, const TextChange& change);

}  // namespace gradus
