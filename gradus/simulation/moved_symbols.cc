#include "gradus/simulation/moved_symbols.h"

#include <fmt/format.h>

#include "gradus/base/scratch_folder.h"
#include "gradus/lsp/client.h"
#include "gradus/lsp/relocate.h"
#include "gradus/lsp/uri.h"
#include "gradus/simulation/edited_source.h"

namespace gradus {

namespace {

// How one function is addressed before the edits.
struct Addresses {
  Selector symbol, ast, anchor;
  int64_t line = 0;
};

class MovedSymbols : public Simulation {
 public:
  explicit MovedSymbols(const Params& params)
      : server_(params.text("server")),
        trials_(static_cast<int>(params.integer("trials"))),
        edits_(static_cast<uint64_t>(params.integer("edits"))) {}

  Numbers draw(const std::vector<Arm>&, const Stream& random) const override {
    const ScratchFolder folder;
    Client client(server_profile(server_), folder.root());
    const std::string uri = file_uri(folder.path(path()));
    double symbol = 0, ast = 0, anchor = 0, whole_anchors = 0, line_column = 0;
    for (int trial = 0; trial < trials_; ++trial) {
      Stream stream = random.child(static_cast<uint64_t>(trial));
      EditedSource source(language(), stream);
      const size_t target = source.pick(stream);
      const Addresses before = addresses(source, target);
      const std::string first_lines = source.first_lines_of(target);
      for (uint64_t i = 0, count = 1 + stream.below(edits_); i < count; ++i) source.edit(target, stream);

      const std::string text = source.text();
      client.open_document(uri, text);
      const Json answer = client.request("textDocument/documentSymbol", {{"textDocument", {{"uri", uri}}}});
      const std::vector<SourceDocument> documents{
          {.path = path(),
           .text = text,
           .symbols = read_symbols(answer, {.document = path(), .language = scheme()})}};
      const RelocateOptions options{.encoding = client.encoding(), .line = before.line};
      const auto finds = [&](const Selector& selector) {
        const Resolution found = relocate(selector, documents, options);
        if (found.status != Status::ok) return false;
        const Candidate& first = found.candidates[0];
        const bool named = selector_kind(selector) != "anchor";
        return (named ? first.place.line : first.range.start.line) == source.line_of(target);
      };
      symbol += finds(before.symbol);
      ast += finds(before.ast);
      line_column += source.line_of(target) == before.line;
      if (source.first_lines_of(target) != first_lines) continue;
      ++whole_anchors;
      anchor += finds(before.anchor);
    }
    return {{server_ + ".symbol", symbol / trials_},
            {server_ + ".ast", ast / trials_},
            {server_ + ".anchor", whole_anchors > 0 ? anchor / whole_anchors : 0},
            {server_ + ".line_column", line_column / trials_}};
  }

 private:
  bool is_python() const { return server_ == "pyright"; }
  SourceLanguage language() const { return is_python() ? SourceLanguage::python : SourceLanguage::cpp; }
  std::string path() const { return is_python() ? "tools.py" : "tools.cc"; }
  std::string scheme() const { return is_python() ? "py" : "cpp"; }

  Addresses addresses(const EditedSource& source, size_t target) const {
    const std::string container = source.container_of(target), name = source.name_of(target);
    const char* dot = is_python() ? "." : "::";
    const std::string module = is_python() ? "tools" : "tools.cc";
    const std::string outer = is_python() ? "" : "tools::";
    std::string ast = fmt::format("ast://[module={}]", module);
    if (!is_python()) ast += "/[namespace=tools]";
    if (!container.empty()) ast += fmt::format("/[{}={}]", is_python() ? "class" : "struct", container);
    ast += fmt::format("/[{}={}]", is_python() ? "def" : (container.empty() ? "fn" : "method"), name);
    Addresses out;
    out.symbol = parse_selector(fmt::format("{}://{}#{}{}{}", scheme(), module, outer,
                                            container.empty() ? "" : container + dot, name));
    out.ast = parse_selector(ast);
    AnchorSelector anchor;
    anchor.document.path = path();
    anchor.snippet = source.first_lines_of(target);
    out.anchor.target = anchor;
    out.line = source.line_of(target);
    return out;
  }

  std::string server_;
  int trials_;
  uint64_t edits_;
};

}  // namespace

void register_moved_symbols(SimulationRegistry& registry) {
  registry.add(
      {.name = "moved_symbols",
       .summary = "a file under edits and a real language server: which addresses still find their function",
       .paper = "Lanser-CLI",
       .params = {text_param("server", nullptr, "language server", {"clangd", "pyright"}),
                  integer_param("trials", 50, "edited files a seed", 1, 10000),
                  integer_param("edits", 8, "most edits of a file; at least one is made", 1, 1000)}},
      [](const Params& params) { return std::make_unique<MovedSymbols>(params); });
}

}  // namespace gradus
