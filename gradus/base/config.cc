#include "gradus/base/config.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <toml++/toml.h>

#include "gradus/base/input_file.h"

namespace gradus {

namespace {

constexpr size_t kMaxBytes = size_t{1} << 20;  // a configuration is small; more is a wrong file

Json convert(const toml::node& node, const std::string& path, const std::string& file,
             std::map<std::string, int>& lines) {
  lines.emplace(path, static_cast<int>(node.source().begin.line));
  if (const auto* table = node.as_table()) {
    Json out = Json::object();
    for (const auto& [key, value] : *table) {
      const std::string name(key.str());
      out[name] = convert(value, path.empty() ? name : path + "." + name, file, lines);
    }
    return out;
  }
  if (const auto* array = node.as_array()) {
    Json out = Json::array();
    for (size_t i = 0; i < array->size(); ++i) {
      out.push_back(convert(*array->get(i), fmt::format("{}[{}]", path, i), file, lines));
    }
    return out;
  }
  if (const auto* value = node.as_string()) return value->get();
  if (const auto* value = node.as_integer()) return value->get();
  if (const auto* value = node.as_floating_point()) {
    if (std::isfinite(value->get())) return value->get();
    throw Error::input("a number must be finite")
        .at(file, static_cast<int>(node.source().begin.line))
        .field(path);
  }
  if (const auto* value = node.as_boolean()) return value->get();
  throw Error::input("dates and times have no meaning here")
      .at(file, static_cast<int>(node.source().begin.line))
      .field(path);
}

std::string shown(const Json& value) {
  const std::string text = value.dump();
  return text.size() <= 80 ? text : text.substr(0, 77) + "...";
}

}  // namespace

Config Config::load(const std::string& path) {
  const std::unique_ptr<std::istream> file = open_input(path, "a TOML file");
  std::string text(kMaxBytes + 1, '\0');
  file->read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file->gcount()));
  if (file->bad()) throw Error::outside("reading stopped before the end of the file").at(input_name(path));
  if (text.size() > kMaxBytes) {
    throw Error::input("the file is too large for a configuration")
        .at(input_name(path))
        .expected("at most 1 MiB of TOML");
  }
  return parse(text, input_name(path));
}

Config Config::parse(const std::string& text, const std::string& name) {
  Config config;
  config.file_ = name;
  auto lines = std::make_shared<std::map<std::string, int>>();
  try {
    const toml::table table = toml::parse(text, name);
    config.document_ = std::make_shared<const Json>(convert(table, "", name, *lines));
  } catch (const toml::parse_error& error) {
    throw Error::input(fmt::format("not valid TOML: {}", error.description()))
        .at(name, static_cast<int>(error.source().begin.line));
  }
  config.lines_ = std::move(lines);
  return config;
}

Section Config::root() const {
  return Section(*this, *document_, "");
}

int Config::line_of(const std::string& path) const {
  std::string place = path;
  while (!place.empty()) {
    const auto it = lines_->find(place);
    if (it != lines_->end()) return it->second;
    const size_t cut = place.find_last_of(".[");
    place = cut == std::string::npos ? "" : place.substr(0, cut);
  }
  return 0;
}

Section::Section(Config config, const Json& table, std::string path)
    : config_(std::move(config)), table_(&table), path_(std::move(path)) {}

Error Section::error(const std::string& key, const std::string& what) const {
  const std::string path = path_of(key);
  Error error = Error::input(what);
  error.at(config_.file(), config_.line_of(path)).field(path);
  return error;
}

bool Section::has(const std::string& key) const {
  return table_->contains(key);
}

const Json& Section::at(const std::string& key, const char* expected) const {
  read_->insert(key);
  if (!table_->contains(key)) {
    refuse_mistyped(key);
    throw error(key, fmt::format("'{}' is missing", path_of(key))).expected(expected);
  }
  return table_->at(key);
}

// A required key that is missing next to one like it that nobody has asked for was mistyped.
void Section::refuse_mistyped(const std::string& key) const {
  for (const auto& [other, unused] : table_->items()) {
    if (read_->count(other) || (nearest_names(key, {other}).empty() && nearest_names(other, {key}).empty()))
      continue;
    throw error(other, fmt::format("unknown key '{}'", other)).hint(suggest(other, {key}));
  }
}

void Section::only(const std::vector<std::string>& keys) const {
  for (const auto& [key, unused] : table_->items()) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    throw error(key, fmt::format("unknown key '{}'", key)).hint(suggest(key, keys));
  }
}

std::string Section::text(const std::string& key) const {
  const Json& value = at(key, "a text");
  if (!value.is_string()) throw error(key, "wrong type").found(shown(value)).expected("a text in quotes");
  return value.get<std::string>();
}

std::string Section::text(const std::string& key, const std::string& fallback) const {
  return has(key) ? text(key) : (read_->insert(key), fallback);
}

bool Section::flag(const std::string& key, bool fallback) const {
  read_->insert(key);
  if (!has(key)) return fallback;
  const Json& value = table_->at(key);
  if (!value.is_boolean()) throw error(key, "wrong type").found(shown(value)).expected("true or false");
  return value.get<bool>();
}

int64_t Section::integer(const std::string& key, int64_t low, int64_t high) const {
  const std::string expected = fmt::format("a whole number from {} to {}", low, high);
  const Json& value = at(key, expected.c_str());
  if (!value.is_number_integer()) throw error(key, "wrong type").found(shown(value)).expected(expected);
  const int64_t number = value.get<int64_t>();
  if (number < low || number > high) {
    throw error(key, "value out of range").found(shown(value)).expected(expected);
  }
  return number;
}

int64_t Section::integer(const std::string& key, int64_t fallback, int64_t low, int64_t high) const {
  return has(key) ? integer(key, low, high) : (read_->insert(key), fallback);
}

double Section::number(const std::string& key, double low, double high) const {
  const std::string expected = fmt::format("a number from {} to {}", low, high);
  const Json& value = at(key, expected.c_str());
  if (!value.is_number()) throw error(key, "wrong type").found(shown(value)).expected(expected);
  const double number = value.get<double>();
  if (!(number >= low && number <= high)) {
    throw error(key, "value out of range").found(shown(value)).expected(expected);
  }
  return number;
}

double Section::number(const std::string& key, double fallback, double low, double high) const {
  return has(key) ? number(key, low, high) : (read_->insert(key), fallback);
}

std::vector<std::string> Section::texts(const std::string& key) const {
  const Json& value = at(key, "a list of texts");
  if (!value.is_array() ||
      std::any_of(value.begin(), value.end(), [](const Json& v) { return !v.is_string(); })) {
    throw error(key, "wrong type").found(shown(value)).expected("a list of texts");
  }
  return value.get<std::vector<std::string>>();
}

std::vector<std::string> Section::texts(const std::string& key,
                                        const std::vector<std::string>& fallback) const {
  read_->insert(key);
  return has(key) ? texts(key) : fallback;
}

Section Section::section(const std::string& key) const {
  const Json& value = at(key, "a table");
  if (!value.is_object()) {
    throw error(key, "wrong type").found(shown(value)).expected(fmt::format("a table: [{}]", path_of(key)));
  }
  return Section(config_, value, path_of(key));
}

std::optional<Section> Section::maybe(const std::string& key) const {
  read_->insert(key);
  if (!has(key)) return std::nullopt;
  return section(key);
}

std::vector<Section> Section::sections(const std::string& key) const {
  read_->insert(key);
  std::vector<Section> out;
  if (!has(key)) return out;
  const Json& value = table_->at(key);
  if (!value.is_array() ||
      std::any_of(value.begin(), value.end(), [](const Json& v) { return !v.is_object(); })) {
    throw error(key, "wrong type").found(shown(value)).expected(fmt::format("tables: [[{}]]", path_of(key)));
  }
  for (size_t i = 0; i < value.size(); ++i) {
    out.emplace_back(config_, value[i], fmt::format("{}[{}]", path_of(key), i));
  }
  return out;
}

Json Section::rest(const std::set<std::string>& except) const {
  Json out = Json::object();
  for (const auto& [key, value] : table_->items()) {
    if (except.count(key)) continue;
    read_->insert(key);
    out[key] = value;
  }
  return out;
}

void Section::done() const {
  const std::vector<std::string> known(read_->begin(), read_->end());
  for (const auto& [key, unused] : table_->items()) {
    if (read_->count(key)) continue;
    throw error(key, fmt::format("unknown key '{}'", key)).hint(suggest(key, known));
  }
}

Place Section::place() const {
  const Config config = config_;
  return {config_.file(), path_, [config](const std::string& path) { return config.line_of(path); }};
}

}  // namespace gradus
