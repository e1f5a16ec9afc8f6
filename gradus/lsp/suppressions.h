// Markers in a source that hide what a server would say: `# type: ignore`, NOLINT, a pragma.
//
//   count_suppressions(text, profile);                     // 2
//   client.change_document(uri, disarmed(text, profile));  // what is hidden shows, at the same places
//
// The markers are those of the profile, wherever they stand: the text is not parsed. In a marker a blank
// stands for any white space or none (a backslash at the end of a line and a comment of C too), and * for
// anything up to what follows it, at most 1000 bytes of the same line: "# type: ignore" is "#type:ignore"
// too.
#pragma once

#include <string>

#include "gradus/lsp/profile.h"

namespace gradus {

int64_t count_suppressions(const std::string& text, const ServerProfile& profile);

// The text with as many bytes and lines, in which no marker is left that a tool would take for one.
std::string disarmed(const std::string& text, const ServerProfile& profile);

}  // namespace gradus
