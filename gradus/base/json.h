// JSON for structure, results and configuration: an ordered document, so that what is written is what was
// built.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace gradus {

using Json = nlohmann::ordered_json;

// The text of RFC 8785: equal documents give equal text. See gradus/base/canonical.h.
std::string canonical(const Json& document);

// Hex SHA-256 of a text (OpenSSL), the content address of runs and files.
std::string sha256_hex(std::string_view text);

}  // namespace gradus
