// The canonical text of a JSON document, RFC 8785 (JCS), which content addresses are made of. canonical()
// itself is declared beside Json in gradus/base/json.h.
//
//   keys      sorted by UTF-16 code units; no white space
//   texts     only \b \t \n \f \r \" \\ and other control characters (\u00xx) are escaped; no normalisation
//   numbers   ECMAScript's shortest round-trip form: 1 and 1.0 are "1", -0 is "0"
//
// Error::input, naming the field, for what has no such text: NaN and infinities, whole numbers beyond 2^53
// (write them as text), texts that are no UTF-8 (lone surrogates among them), more than 512 levels.
//
//   canonical({{"b", 1.0}, {"a", 1e-7}});                        // {"a":1e-7,"b":1}
//   content_id(document);                                        // "sha256:..." of that text
#pragma once

#include <string>

#include "gradus/base/json.h"

namespace gradus {

// A finite number as ECMAScript writes it: "0.000001", "1e-7", "1e+21".
std::string ecmascript_number(double value);

// "sha256:" and the hash of the canonical text.
std::string content_id(const Json& document);

}  // namespace gradus
