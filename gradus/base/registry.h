// Named things described by data: operators, environments, metrics. One record holds name, parameters with
// range and default, columns read and written, paper and help; `--help`, docs and validation come from it.
//
//   Registry<Operator> operators("operator");
//   operators.add({.name = "shape.clip", .summary = "...", .params = {number_param("high", 0.0, "...")},
//                  .reads = {"step.{channel}"}, .writes = {"step.{channel}"}}, make_clip);
//   auto clip = operators.make("shape.clip", {{"high", 1.0}}, place);   // bad input throws a full sentence
//
// A column is named "LEVEL.NAME"; "{param}" in it is replaced by the value of that parameter.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gradus/base/error.h"
#include "gradus/base/json.h"

namespace gradus {

enum class ParamType { boolean, integer, number, text, texts, numbers };

struct ParamSpec {
  std::string name;
  ParamType type = ParamType::number;
  Json fallback;  // the default; null: the parameter must be given
  std::string help;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  std::vector<std::string> choices;  // for text and texts; empty: any
};

ParamSpec number_param(std::string name, Json fallback, std::string help,
                       double low = -std::numeric_limits<double>::infinity(),
                       double high = std::numeric_limits<double>::infinity());
ParamSpec integer_param(std::string name, Json fallback, std::string help, double low, double high);
ParamSpec flag_param(std::string name, bool fallback, std::string help);
ParamSpec text_param(std::string name, Json fallback, std::string help,
                     std::vector<std::string> choices = {});
ParamSpec texts_param(std::string name, Json fallback, std::string help,
                      std::vector<std::string> choices = {});
ParamSpec numbers_param(std::string name, Json fallback, std::string help,
                        double low = -std::numeric_limits<double>::infinity(),
                        double high = std::numeric_limits<double>::infinity());

// "a number from 0 to 1": type and range, for people.
std::string allowed_range(const ParamSpec& param);

struct Spec {
  std::string name;
  std::string summary;  // one line
  std::string paper;    // arXiv id, or where the rule comes from
  std::vector<ParamSpec> params;
  std::vector<std::string> reads;
  std::vector<std::string> writes;
  // What is read beside the columns: notes, written like columns ("source", "{reference}"), and whether the
  // texts of the steps are.
  std::vector<std::string> notes = {};
  bool texts = false;
  // For sources of reward: who judges. Roles of metrics are computed from it; see gradus/eval/roles.h.
  std::string evaluator;
  std::vector<std::string> components;  // what the evaluator is made of, e.g. "libclang", "{families}"
  // For operators: what a value may depend on beside its own place: "rollout", "group" or "batch", or the
  // parameter that says so, "{pool}". A batch may be split between such units without changing a byte.
  std::string scope = "rollout";
};

// Where a value came from, for error messages: file, and the line of a field path such as
// "arm[0].reward[1].beta".
struct Place {
  std::string file;
  std::string path;
  std::function<int(const std::string&)> line_of;  // may be empty
  Error& mark(Error& error, const std::string& key) const;
};

// Values for every parameter of a spec: given ones checked, others at their default.
class Params {
 public:
  Params() = default;
  Params(const Spec& spec, const Json& given, const Place& place);

  bool flag(const std::string& name) const { return at(name).get<bool>(); }
  int64_t integer(const std::string& name) const { return at(name).get<int64_t>(); }
  double number(const std::string& name) const { return at(name).get<double>(); }
  std::string text(const std::string& name) const { return at(name).get<std::string>(); }
  std::vector<std::string> texts(const std::string& name) const {
    return at(name).get<std::vector<std::string>>();
  }
  std::vector<double> numbers(const std::string& name) const { return at(name).get<std::vector<double>>(); }
  const Json& values() const { return values_; }

  // "step.{channel}" with the values of the parameters put in; a list parameter gives one name per element,
  // an empty text none.
  std::vector<std::string> fill(const std::string& pattern) const;
  std::vector<std::string> fill_all(const std::vector<std::string>& patterns) const;

 private:
  const Json& at(const std::string& name) const;
  Json values_ = Json::object();
};

template <class T>
class Registry {
 public:
  using Factory = std::function<std::unique_ptr<T>(const Params&)>;

  explicit Registry(std::string noun) : noun_(std::move(noun)) {}

  void add(Spec spec, Factory factory) {
    require(!entries_.count(spec.name), noun_ + " '" + spec.name + "' is registered twice");
    const std::string name = spec.name;
    entries_.emplace(name, Entry{std::move(spec), std::move(factory)});
  }

  const Spec& spec(const std::string& name, const Place& place = {}) const { return entry(name, place).spec; }

  std::unique_ptr<T> make(const std::string& name, const Json& given, const Place& place = {}) const {
    const Entry& found = entry(name, place);
    const Params params(found.spec, given, place);
    try {
      return found.factory(params);
    } catch (Error& error) {  // a rule over several parameters, which knows no file
      if (error.file().empty()) place.mark(error, error.field_name());
      throw;
    }
  }

  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& [name, unused] : entries_) out.push_back(name);
    return out;
  }

 private:
  struct Entry {
    Spec spec;
    Factory factory;
  };

  const Entry& entry(const std::string& name, const Place& place) const {
    const auto it = entries_.find(name);
    if (it != entries_.end()) return it->second;
    Error error = Error::input("unknown " + noun_ + " '" + name + "'");
    error.hint(suggest(name, names()));
    throw place.mark(error, "");
  }

  std::string noun_;
  std::map<std::string, Entry> entries_;
};

}  // namespace gradus
