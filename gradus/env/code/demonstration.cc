#include "gradus/env/code/demonstration.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <span>

#include "gradus/base/error.h"
#include "gradus/env/code/shape.h"
#include "gradus/env/code/vocabulary.h"

namespace gradus {

namespace {

constexpr std::array<const char*, 3> kParameters = {"a", "b", "c"};
constexpr char kExtraName = 'j';  // temporaries of statements that are not needed begin with it

Words joined(std::initializer_list<Words> parts) {
  Words out;
  for (const Words& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

Words in_parentheses(const Words& words) {
  return joined({{"("}, words, {")"}});
}

Words declare(const std::string& name, const Words& value) {
  return joined({{"const", "int", name, "="}, value, {";"}});
}

size_t length(const std::vector<Words>& body) {
  size_t out = 0;
  for (const Words& words : body) out += words.size();
  return out;
}

size_t extra_tokens(Family family) {
  switch (family) {
    case Family::plus_zero:
    case Family::double_negation:
    case Family::redundant_condition:
      return 2;
    case Family::long_distinction:
      return 4;
    default:
      return 0;
  }
}

// Writes one body; see the header.
class BodyWriter {
 public:
  BodyWriter(const std::vector<PlannedOperation>& operations, const Author& author, Stream stream)
      : operations_(operations), author_(author), given_(stream), text_(stream.child("text")) {
    for (size_t i = 0; i < operations.size(); ++i) write_clean(i, 0, false);
    require(length(body_) <= kBodyLimit, "a demonstration is too long");
    room_ = kBodyLimit - length(body_);
    body_.clear();
  }

  void write() {
    for (size_t i = 0; i < operations_.size(); ++i) {
      Stream occasion = given_.child("occasions").child(i), mood = given_.child("moods").child(i);
      const std::vector<Family> tempting = tempting_families(i, occasion.chance(0.5) ? 1 : 2);
      if (tempting.empty()) {
        write_clean(i, 0, false);
        continue;
      }
      const Family family = tempting[occasion.below(tempting.size())];
      room_ -= extra_tokens(family);
      const bool dense = occasion.chance(0.5) && may_be_dense(family, i);
      if (author_.gives_in(family, mood)) {
        write_sloppy(i, family, dense);
        sloppy_ = true;
      } else {
        write_clean(i, extra_tokens(family), dense);
      }
    }
  }

  bool sloppy() const { return sloppy_; }

  // With temporaries named t and their number in `order`, or T where the name is odd. Those of statements
  // that are not needed are numbered from the end, so that they do not shift the names of the others.
  std::vector<std::string> numbered(const std::array<int, kTemporaries>& order) const {
    std::map<std::string, Words> names;
    size_t low = 0, high = kTemporaries;
    std::vector<std::string> out;
    for (const Words& words : body_) {
      for (size_t i = 0; i + 1 < words.size(); ++i) {
        if (words[i] != "int") continue;
        const std::string& name = words[i + 1];
        const size_t place = name[0] == kExtraName ? --high : low++;
        require(low <= high, "a demonstration needs more temporaries than there are");
        names.emplace(name, Words{(odd_.count(name) != 0 ? "T" : "t") + std::to_string(order[place])});
      }
      out.push_back(token_words(replaced(words, names)));
    }
    return out;
  }

 private:
  bool last(size_t i) const { return i + 1 == operations_.size(); }

  // The parameters that operation i and those behind it read.
  std::set<std::string> read_from(size_t i) const {
    std::set<std::string> out;
    for (; i < operations_.size(); ++i) {
      for (const Words* words : {&operations_[i].condition, &operations_[i].value})
        out.insert(words->begin(), words->end());
    }
    std::erase_if(out, [](const std::string& word) {
      return std::find(kParameters.begin(), kParameters.end(), word) == kParameters.end();
    });
    return out;
  }

  bool has_place(Family family, size_t i) const {
    const bool decides = !operations_[i].condition.empty();
    if (extra_tokens(family) > room_) return false;
    switch (family) {
      case Family::plus_zero:
      case Family::double_negation:
        return true;
      case Family::odd_name:
        return decides || !last(i);
      case Family::unreachable:
      case Family::needless_temporary:
        return decides && last(i);
      case Family::plain_copy:
        return decides && !last(i);
      case Family::dead_store:
        return decides && read_from(i).size() < kParameters.size();
      case Family::self_assignment:
        return decides && !read_from(i).empty();
      default:
        return decides;
    }
  }

  std::vector<Family> tempting_families(size_t i, int fold) const {
    std::vector<Family> out;
    for (const Family family : all_families()) {
      if (fold_of(family) == fold && has_place(family, i)) out.push_back(family);
    }
    return out;
  }

  // Where the sloppy form does not need a name for the condition.
  bool may_be_dense(Family family, size_t i) const {
    if (operations_[i].condition.empty()) return false;
    return family == Family::plus_zero || family == Family::double_negation ||
           (family == Family::odd_name && !last(i));
  }

  void put(const Words& words) { body_.push_back(words); }

  void put_value(size_t i, const Words& value) {
    put(last(i) ? joined({{"return"}, value, {";"}}) : declare(operations_[i].result, value));
  }

  // A name of its own for the condition or for a value on its way.
  static std::string first_name(size_t i) { return "k" + std::to_string(i); }

  void put_operation(size_t i, const Words& condition, const Words& value, bool dense) {
    if (dense) return put_value(i, replaced(value, {{"@", condition}}));
    put(declare(first_name(i), condition));
    put_value(i, replaced(value, {{"@", {first_name(i)}}}));
  }

  void write_clean(size_t i, size_t extra, bool dense) {
    const PlannedOperation& operation = operations_[i];
    const Words value = extra > 2 ? in_parentheses(operation.value) : operation.value;
    if (operation.condition.empty()) return put_value(i, extra > 0 ? in_parentheses(value) : value);
    put_operation(i, extra > 0 ? in_parentheses(operation.condition) : operation.condition, value, dense);
  }

  void write_sloppy(size_t i, Family family, bool dense) {
    const PlannedOperation& operation = operations_[i];
    switch (family) {
      case Family::plain_copy:
      case Family::needless_temporary:
        put(declare(first_name(i), operation.dense));
        return put_value(i, {first_name(i)});
      case Family::unreachable:
        put_value(i, operation.dense);
        return put(
            {kParameters[text_.below(3)], "=", kParameters[text_.below(3)], sign(), small_constant(), ";"});
      case Family::self_assignment:
        put(self_assignment(i));
        return put_value(i, operation.dense);
      case Family::unused_variable:
      case Family::dead_store: {
        const bool before = last(i) || text_.chance(0.5);
        const Words extra = family == Family::dead_store ? dead_store(i) : unused_variable(i);
        if (before) put(extra);
        put_value(i, operation.dense);
        if (!before) put(extra);
        return;
      }
      case Family::odd_name:
        odd_.insert(operation.condition.empty() || dense ? operation.result : first_name(i));
        return write_clean(i, 0, dense);
      default:
        write_bloated(i, family, dense);
    }
  }

  // The clean form with more in it than it needs.
  void write_bloated(size_t i, Family family, bool dense) {
    const PlannedOperation& operation = operations_[i];
    if (operation.condition.empty()) return put_value(i, bloated_first(operation.value, family));
    if (family == Family::plus_zero || family == Family::double_negation)
      return put_operation(i, bloated_first(operation.condition, family), operation.value, dense);
    Words value = operation.value;
    if (family == Family::redundant_condition) value = joined({{"0", "<"}, value});
    if (family == Family::long_distinction) {
      const auto colon = std::find(value.begin(), value.end(), ":");
      const Words again = {":", "@", "?", *(colon - 1)};
      value.insert(colon, again.begin(), again.end());
    }
    put_operation(i, operation.condition, value, dense);
  }

  Words bloated_first(const Words& words, Family family) {
    const Words first = {words[0]}, rest(words.begin() + 1, words.end());
    if (family == Family::double_negation) return joined({{"-", "-"}, first, rest});
    if (text_.chance(0.5)) return joined({first, {sign(), "0"}, rest});
    return joined({{"0", "+"}, first, rest});
  }

  Words self_assignment(size_t i) {
    const std::set<std::string> read = read_from(i);
    const std::string name = *std::next(read.begin(), static_cast<std::ptrdiff_t>(text_.below(read.size())));
    return {name, "=", "(", name, ")", ";"};
  }

  Words unused_variable(size_t i) {
    return {"int", kExtraName + std::to_string(i), "=", "-", readable(""), ";"};
  }

  // What nobody reads from here on: neither the operations to come nor a later statement that is not needed.
  Words dead_store(size_t i) {
    std::vector<std::string> targets(kParameters.begin(), kParameters.end());
    const std::set<std::string> read = read_from(i);
    std::erase_if(targets, [&](const std::string& name) { return read.count(name) != 0; });
    const std::string target = targets[text_.below(targets.size())];
    Words out = {target, "=", readable(target), sign(), readable(target), ";"};
    if (out[2] == out[4]) out[4] = small_constant();
    dead_.insert(target);
    return out;
  }

  // A parameter other than `target` whose value is not dead; a constant where there is none.
  std::string readable(const std::string& target) {
    std::vector<std::string> known(kParameters.begin(), kParameters.end());
    std::erase_if(known, [&](const std::string& name) { return name == target || dead_.count(name) != 0; });
    return known.empty() ? small_constant() : known[text_.below(known.size())];
  }

  std::string small_constant() { return text_.chance(0.5) ? "1" : "2"; }
  std::string sign() { return text_.chance(0.5) ? "+" : "-"; }

  const std::vector<PlannedOperation>& operations_;
  const Author& author_;
  const Stream given_;  // its children: every occasion is the same whatever was written before
  Stream text_;
  std::vector<Words> body_;
  std::set<std::string> odd_, dead_;
  size_t room_ = 0;  // tokens that the clean body leaves for longer forms
  bool sloppy_ = false;
};

}  // namespace

std::vector<std::string> regime_names() {
  return {"neutral", "costly", "helpful"};
}

Regime regime_from_name(const std::string& name) {
  if (name == "neutral") return Regime::neutral;
  if (name == "costly") return Regime::costly;
  if (name == "helpful") return Regime::helpful;
  throw Error::input("unknown regime").found(name).hint(suggest(name, regime_names()));
}

std::vector<std::string> write_body(const Expression& expression, Regime regime, const Author& author,
                                    Stream stream) {
  const std::vector<PlannedOperation> operations = operations_of(expression, stream.child("turns"));
  require(!operations.empty(), "a demonstration needs an operation");
  BodyWriter writer(operations, author, stream);
  writer.write();
  std::array<int, kTemporaries> order{};
  std::iota(order.begin(), order.end(), 0);
  const bool hard = regime != Regime::neutral && writer.sloppy() == (regime == Regime::costly);
  if (hard) stream.child("names").shuffle(std::span<int>(order));
  return writer.numbered(order);
}

bool fits(const Expression& expression) {
  size_t tokens = 0;
  const std::vector<PlannedOperation> operations = operations_of(expression, Stream(0));
  for (size_t i = 0; i < operations.size(); ++i) {
    const PlannedOperation& operation = operations[i];
    const size_t around = i + 1 < operations.size() ? 5 : 2;  // const int r = ... ;  or  return ... ;
    tokens += operation.value.size() + around;
    if (!operation.condition.empty()) tokens += operation.condition.size() + 5;
  }
  return tokens <= kBodyLimit;
}

}  // namespace gradus
