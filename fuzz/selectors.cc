// Any bytes as an address: read or refused with its status; what is read prints as a text and as JSON that
// read back as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gradus/lsp/selector.h"
#include "gradus/lsp/status.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gradus;
  try {
    const Selector selector = parse_selector({reinterpret_cast<const char*>(data), size});
    const std::string text = print_selector(selector);
    if (!(parse_selector(text) == selector) || print_selector(parse_selector(text)) != text) std::abort();
    if (!(selector_from_json(selector_json(selector)) == selector)) std::abort();
  } catch (const LspError& error) {
    if (error.status() != Status::bad_selector_syntax) std::abort();
  }
  return 0;
}
