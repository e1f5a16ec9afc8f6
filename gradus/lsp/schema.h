// The published JSON Schemas (gradus/lsp/schemas/*.schema.json, draft 2020-12) and a check against them.
//
//   for (const std::string& name : schema_names()) fmt::print("{}\n", schema_text(name));  // "bundle", ...
//   for (const SchemaFault& fault : schema_faults(document, "bundle")) {
//     fmt::print("{}: {}, found {}\n", fault.path, fault.expected, fault.found);
//   }
//
// The keywords that the schemas use are checked: type, enum, const, properties, required,
// additionalProperties, items, minItems, maxItems, minimum, maximum, minLength, pattern, anyOf, and $ref to
// another of them. A schema with any other keyword is refused rather than half checked. Own code for it,
// because the one C++ validator that Debian has brings Qt and four other libraries with it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gradus/base/json.h"

namespace gradus {

struct SchemaFault {
  std::string path;  // "facts.references[3].range"; "": the whole document
  std::string expected, found;
};

std::vector<std::string> schema_names();
std::string_view schema_text(const std::string& name);  // Error::input with the known names

// At most 20, in the order of the schema; none: the document fits.
std::vector<SchemaFault> schema_faults(const Json& document, const std::string& name);

// The same against a schema at hand.
std::vector<SchemaFault> faults_against(const Json& document, const Json& schema);

}  // namespace gradus
