// A TOML file as a JSON document that remembers on which line every field stands.
//
//   Config config = Config::load("studies/clean_code.toml");
//   Section study = config.root().section("study");
//   std::string name = study.text("name");
//   int64_t seeds = study.integer("seeds", 6, 1, 1000);
//   study.done();                      // refuses every key that nobody asked for, naming the nearest known
//
// Numbers, ranges and types are checked as they are read; an Error names file, line, field, found, expected.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gradus/base/error.h"
#include "gradus/base/json.h"
#include "gradus/base/registry.h"

namespace gradus {

class Section;

class Config {
 public:
  static Config load(const std::string& path);  // at most 1 MiB; "-" is standard input
  static Config parse(const std::string& text, const std::string& name);

  Section root() const;
  const Json& document() const { return *document_; }
  const std::string& file() const { return file_; }
  // 0 where the path is not in the file; falls back to its parents.
  int line_of(const std::string& path) const;

 private:
  std::string file_;
  std::shared_ptr<const Json> document_;
  std::shared_ptr<const std::map<std::string, int>> lines_;
};

// One table of a Config. Keys that were read are remembered, so that done() can refuse the rest.
class Section {
 public:
  Section(Config config, const Json& table, std::string path);

  bool has(const std::string& key) const;
  std::string text(const std::string& key) const;
  std::string text(const std::string& key, const std::string& fallback) const;
  bool flag(const std::string& key, bool fallback) const;
  int64_t integer(const std::string& key, int64_t low, int64_t high) const;
  int64_t integer(const std::string& key, int64_t fallback, int64_t low, int64_t high) const;
  double number(const std::string& key, double low, double high) const;
  double number(const std::string& key, double fallback, double low, double high) const;
  std::vector<std::string> texts(const std::string& key) const;
  std::vector<std::string> texts(const std::string& key, const std::vector<std::string>& fallback) const;
  Section section(const std::string& key) const;                // must be there
  std::optional<Section> maybe(const std::string& key) const;   // or not
  std::vector<Section> sections(const std::string& key) const;  // [[key]]; none: empty
  Json rest(const std::set<std::string>& except) const;         // all other keys, marked as read: parameters
  const Json& json() const { return *table_; }

  // Refuses every key but these, and so names a mistyped one before the right one is found missing.
  void only(const std::vector<std::string>& keys) const;
  void done() const;
  Place place() const;
  Error error(const std::string& key, const std::string& what) const;  // marked with file, line and field

 private:
  const Json& at(const std::string& key, const char* expected) const;
  void refuse_mistyped(const std::string& key) const;
  std::string path_of(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

  Config config_;
  const Json* table_;
  std::string path_;
  std::shared_ptr<std::set<std::string>> read_ = std::make_shared<std::set<std::string>>();
};

}  // namespace gradus
