#include "gradus/env/code/program.h"

#include <algorithm>
#include <set>

#include "gradus/env/code/vocabulary.h"

namespace gradus {

namespace {

std::vector<std::string> split(const std::string& statement) {
  std::vector<std::string> out;
  for (size_t begin = 0; begin < statement.size();) {
    const size_t end = std::min(statement.find(' ', begin), statement.size());
    if (end > begin) out.push_back(statement.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

// "const int NAME ..." or "int NAME ...".
struct Declaration {
  std::string name;  // "": not a declaration
  bool constant = false;
  size_t at = 0;  // index of the name
};

Declaration declaration_of(const std::vector<std::string>& words) {
  Declaration out;
  while (out.at < words.size() && (words[out.at] == "int" || words[out.at] == "const")) {
    out.constant = out.constant || words[out.at] == "const";
    ++out.at;
  }
  if (out.at > 0 && out.at < words.size() && words[out.at] != ";") out.name = words[out.at];
  return out;
}

struct Variables {
  std::set<std::string> constant, unset;
};

std::string broken_rule_of(const std::vector<std::string>& words, Variables& variables) {
  const Declaration declared = declaration_of(words);
  const bool declares = !declared.name.empty();
  const auto assigned_at = [&](size_t i) { return i + 1 < words.size() && words[i + 1] == "="; };
  if (declares) variables.unset.insert(declared.name);
  for (size_t i = 0; i < words.size(); ++i) {
    const bool own_name = declares && i == declared.at;
    if (words[i] == "return" && i > 0) return "'return' does not begin its statement";
    if (words[i] == ")" && assigned_at(i)) return "assigns to an expression";
    if (own_name) continue;
    if (assigned_at(i) && variables.constant.count(words[i]) != 0)
      return "assigns to the constant " + words[i];
    const bool leading_store = i == 0 && assigned_at(0);
    if (!leading_store && variables.unset.count(words[i]) != 0)
      return "reads " + words[i] + " before it has a value";
  }
  if (declares && assigned_at(declared.at)) variables.unset.erase(declared.name);
  if (!declares && assigned_at(0)) variables.unset.erase(words[0]);
  if (declares && declared.constant) variables.constant.insert(declared.name);
  return "";
}

}  // namespace

std::vector<StatementSpan> statement_spans(std::span<const int32_t> tokens) {
  static const int32_t semicolon = token_id(";");
  std::vector<StatementSpan> out;
  size_t begin = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] != semicolon) continue;
    out.push_back({begin, i + 1, begin, i + 1});
    begin = i + 1;
  }
  if (begin == tokens.size()) return out;
  const bool ended = tokens.back() == kEndToken;
  if (ended && begin + 1 == tokens.size() && !out.empty()) {
    out.back().end = tokens.size();
  } else {
    out.push_back({begin, tokens.size(), begin, tokens.size() - (ended ? 1 : 0)});
  }
  return out;
}

std::string source_text(std::span<const std::string> statements) {
  std::string out = "int f(int a, int b, int c) {\n";
  for (const std::string& statement : statements) out += statement + "\n";
  return out + "}\n";
}

std::string broken_rule(std::span<const std::string> statements) {
  Variables variables;
  bool returned = false;
  for (const std::string& statement : statements) {
    const std::vector<std::string> words = split(statement);
    if (words.empty()) return "an empty statement";
    if (words.back() != ";") return "the last statement is not finished";
    const std::string why = broken_rule_of(words, variables);
    if (!why.empty()) return why;
    if (words[0] == "return" && words.size() < 3) return "returns no value";
    returned = returned || words[0] == "return";
  }
  return returned ? "" : "nothing is returned";
}

bool deletion_surely_breaks(std::span<const std::string> statements, size_t index) {
  std::vector<std::string> rest;
  for (size_t i = 0; i < statements.size(); ++i) {
    if (i != index) rest.push_back(statements[i]);
  }
  if (!broken_rule(rest).empty()) return true;
  const std::string name = declaration_of(split(statements[index])).name;
  if (name.empty() || (name[0] != 't' && name[0] != 'T')) return false;  // a parameter stays declared
  return std::any_of(rest.begin(), rest.end(), [&](const std::string& statement) {
    const std::vector<std::string> words = split(statement);
    return std::find(words.begin(), words.end(), name) != words.end();
  });
}

}  // namespace gradus
