#include "gradus/env/code/sloppiness.h"

#include <algorithm>
#include <map>
#include <set>

#include "gradus/env/code/statement.h"

namespace gradus {

namespace {

constexpr size_t kNever = SIZE_MAX;

void mark(Families& families, Family family) {
  families.set(static_cast<size_t>(family));
}

bool is_zero(const Term& term) {
  return term.leaf() && term.word == "0";
}

std::set<std::string> names_read(const Statement& statement) {
  std::set<std::string> out;
  if (statement.broken) {
    for (const std::string& word : statement.words) {
      if (is_name(word)) out.insert(word);
    }
  } else if (statement.has_value) {
    add_names(statement.value, out);
  }
  return out;
}

bool truth_value(const Term& term, const std::set<std::string>& truths) {
  return term.is("<", 2) || (term.leaf() && truths.count(term.word) != 0);
}

bool asks_again(const Term& branch, const Term& condition) {
  return branch.is("?", 3) && branch.args[0] == condition;
}

// What is wrong with an expression by itself. `truths`: names of truth values.
void mark_expression(const Term& term, const std::set<std::string>& truths, Families& families) {
  for (const Term& arg : term.args) mark_expression(arg, truths, families);
  const std::vector<Term>& x = term.args;
  if (term.is("+", 2) && (is_zero(x[0]) || is_zero(x[1]))) mark(families, Family::plus_zero);
  if (term.is("-", 2) && is_zero(x[1])) mark(families, Family::plus_zero);
  if (term.is("-", 1) && x[0].is("-", 1)) mark(families, Family::double_negation);
  if (term.is("<", 2) && is_zero(x[0]) && truth_value(x[1], truths))
    mark(families, Family::redundant_condition);
  if (!term.is("?", 3)) return;
  if (x[1] == x[2] || asks_again(x[1], x[0]) || asks_again(x[2], x[0]))
    mark(families, Family::long_distinction);
}

class Program {
 public:
  explicit Program(std::span<const std::string> texts) {
    for (const std::string& text : texts) statements_.push_back(read_statement(text));
    size_t end = statements_.size();
    for (size_t i = statements_.size(); i-- > 0;) {
      if (statements_[i].returns) end = i + 1;
    }
    reachable_ = end;
    for (size_t i = 0; i < statements_.size(); ++i) {
      for (const std::string& name : names_read(statements_[i])) reads_[name].push_back(i);
      if (statements_[i].stores()) writes_[statements_[i].name].push_back(i);
    }
  }

  std::vector<Families> judged() const {
    std::vector<Families> out(statements_.size());
    std::set<std::string> truths;
    std::map<std::vector<std::string>, size_t> assigned;  // where each assignment stood last
    for (size_t i = 0; i < statements_.size(); ++i) {
      const Statement& statement = statements_[i];
      if (i >= reachable_) mark(out[i], Family::unreachable);
      if (statement.broken) continue;
      if (statement.has_value) mark_expression(statement.value, truths, out[i]);
      if (statement.declares) mark_declaration(i, out[i]);
      const bool itself =
          !statement.declares && statement.stores() && statement.value == Term{statement.name, {}};
      if (itself) mark(out[i], Family::self_assignment);
      if (i < reachable_ && statement.stores() && !itself) mark_flow(i, assigned, out[i]);
      if (statement.declares && statement.has_value && truth_value(statement.value, truths) &&
          next(writes_, statement.name, i) == kNever) {
        truths.insert(statement.name);
      }
    }
    return out;
  }

 private:
  using Places = std::map<std::string, std::vector<size_t>>;

  // The first place behind `i` where the name stands; kNever where there is none.
  static size_t next(const Places& places, const std::string& name, size_t i) {
    const auto it = places.find(name);
    if (it == places.end()) return kNever;
    const auto found = std::upper_bound(it->second.begin(), it->second.end(), i);
    return found == it->second.end() ? kNever : *found;
  }

  void mark_declaration(size_t i, Families& families) const {
    const std::string& name = statements_[i].name;
    if (next(reads_, name, i) == kNever) mark(families, Family::unused_variable);
    if (name[0] >= 'A' && name[0] <= 'Z') mark(families, Family::odd_name);
  }

  void mark_flow(size_t i, std::map<std::vector<std::string>, size_t>& assigned, Families& families) const {
    const Statement& statement = statements_[i];
    const size_t read = next(reads_, statement.name, i), written = next(writes_, statement.name, i);
    // A statement reads before it writes.
    const bool live = read < reachable_ && read <= written;
    const bool unmentioned = statement.declares && read == kNever && written == kNever;
    if (!live && !unmentioned) mark(families, Family::dead_store);
    if (statement.declares && live && written >= reachable_) mark_second_name(i, read, families);
    if (statement.declares) return;
    const auto before = assigned.find(statement.words);
    if (before != assigned.end() && unchanged(statement, before->second, i))
      mark(families, Family::dead_store);
    assigned[statement.words] = i;
  }

  // A declared value that is read and never overwritten.
  void mark_second_name(size_t i, size_t read, Families& families) const {
    const Statement& statement = statements_[i];
    const Term& value = statement.value;
    if (value.leaf() && is_name(value.word)) {
      if (next(writes_, value.word, i) >= reachable_) mark(families, Family::plain_copy);
      return;
    }
    const Statement& reader = statements_[read];
    const bool returned = reader.returns && reader.value == Term{statement.name, {}};
    if (returned) mark(families, Family::needless_temporary);
  }

  // True where nothing that the assignment at `j` reads or writes is written between it and `i`.
  bool unchanged(const Statement& statement, size_t j, size_t i) const {
    std::set<std::string> names = names_read(statement);
    if (names.count(statement.name) != 0) return false;
    names.insert(statement.name);
    return std::all_of(names.begin(), names.end(),
                       [&](const std::string& name) { return next(writes_, name, j) >= i; });
  }

  std::vector<Statement> statements_;
  size_t reachable_ = 0;  // statements up to the first return
  Places reads_, writes_;
};

}  // namespace

std::vector<Families> sloppiness(std::span<const std::string> statements) {
  return Program(statements).judged();
}

}  // namespace gradus
