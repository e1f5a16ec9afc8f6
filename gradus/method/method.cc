#include "gradus/method/method.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <sstream>

#include "embedded/method_file.h"

namespace gradus {

namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::vector<Method> read_all() {
  std::vector<Method> out;
  for (const std::string_view file : method_file_files())
    out.push_back(read_method(Config::parse(std::string(method_file(file)), std::string(file))));
  std::sort(out.begin(), out.end(), [](const Method& a, const Method& b) { return a.key < b.key; });
  return out;
}

// "2502.01456" of "arXiv 2502.01456".
bool is_paper(const std::string& paper, const std::string& name) {
  const std::string here = lower(paper);
  const std::string asked = name.starts_with("arxiv:") ? name.substr(6) : name;
  return here == asked || here == "arxiv " + asked;
}

bool called(const Method& method, const std::string& name) {
  if (lower(method.key) == name || lower(method.system) == name || is_paper(method.paper, name)) return true;
  return std::any_of(method.names.begin(), method.names.end(),
                     [&](const std::string& one) { return lower(one) == name; });
}

std::string said_of(const Method& method) {
  std::string out = fmt::format("{} {} {} {} {}", method.key, method.system, method.paper, method.about,
                                fmt::join(method.names, " "));
  for (const Chain& chain : method.chains) {
    out += " " + chain.name + " " + chain.about;
    for (const RecipeStep& step : chain.steps) out += " " + step.op;
  }
  return lower(out);
}

}  // namespace

const Chain& Method::chain(const std::string& name) const {
  std::vector<std::string> known;
  for (const Chain& one : chains) {
    if (one.name == name) return one;
    known.push_back(one.name);
  }
  Error error = Error::input(fmt::format("the method '{}' has no chain '{}'", key, name));
  throw error.hint(known.empty() ? "it has none: what it is made of is no chain of operators"
                                 : suggest(name, known));
}

Method read_method(const Config& config) {
  const Section root = config.root();
  Method method{root.text("key"),
                root.text("system"),
                root.text("paper"),
                root.text("about", ""),
                root.texts("names", {}),
                {},
                config};
  if (const std::optional<Section> chains = root.maybe("chain")) {
    for (const auto& [name, unused] : chains->json().items())
      method.chains.push_back(read_chain(name, chains->section(name)));
    chains->done();
  }
  std::sort(method.chains.begin(), method.chains.end(), [&](const Chain& a, const Chain& b) {
    return config.line_of("chain." + a.name) < config.line_of("chain." + b.name);
  });
  return method;
}

std::string_view method_text(const std::string& file) {
  return method_file(file);
}

const std::vector<Method>& methods() {
  static const std::vector<Method> all = read_all();
  return all;
}

const Method* method_of_key(const std::string& key) {
  for (const Method& method : methods()) {
    if (method.key == key) return &method;
  }
  return nullptr;
}

const Method& find_method(const std::string& name) {
  std::vector<std::string> known;
  for (const Method& method : methods()) {
    if (called(method, lower(name))) return method;
    known.push_back(method.key);
    known.insert(known.end(), method.names.begin(), method.names.end());
  }
  const std::string near = nearest_names(name, known).empty() ? "" : suggest(name, known) + "; ";
  throw Error::input(fmt::format("no method is called '{}'", name))
      .hint(near + "'gradus methods' lists them, 'gradus methods WORDS' searches");
}

std::vector<const Method*> search_methods(const std::string& words) {
  std::vector<const Method*> out;
  for (const Method& method : methods()) {
    const std::string text = said_of(method);
    std::istringstream all(lower(words));
    bool found = true;
    for (std::string word; all >> word;) found = found && text.find(word) != std::string::npos;
    if (found) out.push_back(&method);
  }
  return out;
}

NamedChain find_chain(const std::string& name) {
  const size_t slash = name.find('/');
  const Method& method = find_method(name.substr(0, slash));
  if (slash != std::string::npos) return {method, method.chain(name.substr(slash + 1))};
  if (method.chains.empty()) return {method, method.chain("")};
  return {method, method.chains.front()};
}

}  // namespace gradus
