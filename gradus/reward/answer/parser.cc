#include "gradus/reward/answer/parser.h"

#include <algorithm>
#include <array>

#include "gradus/base/text.h"

namespace gradus {

namespace {

constexpr size_t kMostNodes = 4096;
constexpr int kDeepest = 400;  // functions of the parser within each other: about 48 brackets
constexpr uint32_t kTallest = 256;

}  // namespace

AnswerParser::AnswerParser(AnswerTokens tokens, bool other_reading)
    : tokens_(std::move(tokens.tokens)), other_reading_(other_reading) {
  tree_.ambiguous_comma = tokens.ambiguous_comma;
  find_functions();
}

AnswerParser::Level::Level(int& depth) : depth_(depth) {
  if (++depth_ > kDeepest) {
    --depth_;
    throw UnreadableAnswer{};
  }
}

AnswerTree AnswerParser::run() {
  tree_.root = answer();
  if (!at_end()) throw UnreadableAnswer{};
  return std::move(tree_);
}

bool AnswerParser::take(bool there) {
  if (there && at_ + 1 < tokens_.size()) ++at_;
  return there;
}

void AnswerParser::expect(bool there) {
  if (!take(there)) throw UnreadableAnswer{};
}

uint32_t AnswerParser::add(Kind kind, std::vector<uint32_t> children, std::string text) {
  uint32_t height = 1;
  for (const uint32_t child : children) height = std::max(height, heights_[child] + 1);
  if (tree_.nodes.size() >= kMostNodes || height > kTallest) throw UnreadableAnswer{};
  heights_.push_back(height);
  tree_.nodes.push_back({.kind = kind, .text = std::move(text), .children = std::move(children)});
  return static_cast<uint32_t>(tree_.nodes.size() - 1);
}

// Lists and relations. `kind`: what stands between the elements so far.

bool AnswerParser::separator(std::string& kind) {
  if (take(sign(",") || sign(";"))) return true;
  const std::string word = letters() ? lower_case(now().text) : "";
  if (word != "or" && word != "and") return false;
  kind = kind == "," || kind == word ? word : "mixed";
  ++at_;
  return true;
}

uint32_t AnswerParser::answer() {
  std::string kind = ",";
  std::vector<uint32_t> elements = {relation()};
  while (separator(kind)) {
    while (separator(kind)) {
    }
    elements.push_back(relation());
  }
  join_residues(elements);
  return elements.size() == 1 ? elements[0] : add(Kind::list, elements, kind);
}

// "x \equiv 1, 4 \pmod 5" is one congruence: the modulus behind the last residue is that of all.
void AnswerParser::join_residues(std::vector<uint32_t>& elements) {
  std::vector<uint32_t> out;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (node(elements[i]).kind != Kind::congruence || node(elements[i]).text != "pending") {
      out.push_back(elements[i]);
      continue;
    }
    std::vector<uint32_t> children = node(elements[i]).children;
    for (++i;; ++i) {
      if (i >= elements.size() || node(elements[i]).kind == Kind::relation) throw UnreadableAnswer{};
      const bool last = node(elements[i]).kind == Kind::congruence;
      if (!last) {
        children.push_back(elements[i]);
        continue;
      }
      if (!node(elements[i]).text.empty()) throw UnreadableAnswer{};
      const std::vector<uint32_t> rest = node(elements[i]).children;
      children.insert(children.end(), rest.begin(), rest.end());
      break;
    }
    out.push_back(add(Kind::congruence, children, "named"));
  }
  elements = std::move(out);
}

char AnswerParser::relation_sign() {
  constexpr std::array<std::pair<View, char>, 6> kCommands = {
      {{"le", 'l'}, {"ge", 'g'}, {"ne", 'n'}, {"in", 'i'}, {"equiv", 'c'}, {"approx", '~'}}};
  for (const auto& [name, code] : kCommands) {
    if (take(command(name))) return code;
  }
  for (const char* one : {"<", ">"}) {
    if (!take(sign(one))) continue;
    return take(sign("=")) ? (*one == '<' ? 'l' : 'g') : *one;
  }
  if ((sign("!") || sign(":") || sign("=")) && is_sign(ahead(), "=")) {
    const bool unequal = sign("!");
    at_ += 2;
    return unequal ? 'n' : '=';
  }
  if (sign("=") && is_sign(ahead(), ">")) throw UnreadableAnswer{};  // an implication
  return take(sign("=")) ? '=' : '\0';
}

uint32_t AnswerParser::relation() {
  const Level level(depth_);
  const bool outer = std::exchange(congruent_, false);
  std::vector<uint32_t> sides = {side()};
  std::string signs;
  for (char code = relation_sign(); code != '\0'; code = relation_sign()) {
    signs += code;
    congruent_ = code == 'c';
    sides.push_back(side());
  }
  congruent_ = outer;
  if (const std::optional<uint32_t> of = modulus()) {
    if (signs.empty()) return add(Kind::congruence, {sides[0], *of});
    if (signs != "c" && signs != "=") throw UnreadableAnswer{};
    return add(Kind::congruence, {sides[0], sides[1], *of}, "named");
  }
  if (signs.find('c') != std::string::npos) {
    if (signs != "c") throw UnreadableAnswer{};
    return add(Kind::congruence, sides, "pending");
  }
  return sides.size() == 1 ? sides[0] : add(Kind::relation, sides, signs);
}

uint32_t AnswerParser::side() {
  const std::string money = currency();
  side_start_ = at_;
  return measured(unite(), money);
}

// "\pmod{6}", "(mod 6)", "\mod 6", "mod 6".
bool AnswerParser::modulus_follows() const {
  const auto is_mod = [](const Token& token) {
    return is_command(token, "mod") || is_command(token, "pmod") || is_command(token, "bmod") ||
           (token.kind == Token::Kind::letters && (token.text == "mod" || token.text == "modulo"));
  };
  return is_mod(now()) || (sign("(") && is_mod(ahead()));
}

std::optional<uint32_t> AnswerParser::modulus() {
  if (!modulus_follows()) return std::nullopt;
  const bool bracket = take(sign("("));
  const bool braced = command("pmod");
  ++at_;
  const uint32_t out = braced ? primary() : sum();
  if (bracket) expect(sign(")"));
  return out;
}

// Sets.

uint32_t AnswerParser::unite() {
  std::vector<uint32_t> parts = {sum()};
  Kind kind = Kind::set_union;
  for (;;) {
    const Kind left = node(parts[0]).kind;
    const bool letter = letters() && (now().text == "U" || now().text == "u") &&
                        (left == Kind::bracketed || left == Kind::set);
    Kind next;
    if (take(command("cup") || letter)) {
      next = Kind::set_union;
    } else if (take(command("cap"))) {
      next = Kind::intersection;
    } else if (take(command("setminus"))) {
      next = Kind::difference;
    } else {
      return parts.size() == 1 ? parts[0] : add(kind, parts);
    }
    if (parts.size() > 1 && (next != kind || kind == Kind::difference)) throw UnreadableAnswer{};
    kind = next;
    parts.push_back(sum());
  }
}

uint32_t AnswerParser::set() {
  ++at_;
  if (const std::optional<uint32_t> described = conditions()) return *described;
  std::string closer;
  return add(Kind::set, elements({{Token::Kind::command, "}"}}, closer));
}

// "{x \in A : x > 5}" behind its brace: the conditions; none where it lists elements.
std::optional<uint32_t> AnswerParser::conditions() {
  const auto divides = [](const Token& token) {
    return is_command(token, "mid") || is_sign(token, ":") || is_sign(token, "|");
  };
  const bool named = (letters() && now().text.size() == 1) ||
                     (now().kind == Token::Kind::command && is_greek_name(now().text));
  if (!named || !(divides(ahead()) || is_command(ahead(), "in"))) return std::nullopt;
  const bool outer = std::exchange(conditions_, true);
  const int outer_bars = std::exchange(bars_, 0);
  const uint32_t first = relation();
  conditions_ = outer;
  expect(divides(now()));
  std::string kind = ",";
  std::vector<uint32_t> all = {relation()};
  while (separator(kind)) all.push_back(relation());
  expect(command("}"));
  bars_ = outer_bars;
  const bool reals = node(first).kind == Kind::name ||
                     (node(first).kind == Kind::relation && node(node(first).children[1]).text == "mathbb R");
  if (!reals) {
    if (kind != "," && kind != "and") throw UnreadableAnswer{};
    all.insert(all.begin(), first);
  }
  return all.size() == 1 ? all[0] : add(Kind::list, all, kind == "," ? "and" : kind);
}

std::optional<AnswerTree> parse_answer(std::string_view text, bool other_reading) {
  return parse_answer(answer_tokens(text, other_reading), other_reading);
}

std::optional<AnswerTree> parse_answer(AnswerTokens tokens, bool other_reading) {
  if (!tokens.readable) return std::nullopt;
  try {
    return AnswerParser(std::move(tokens), other_reading).run();
  } catch (const UnreadableAnswer&) {
    return std::nullopt;
  }
}

}  // namespace gradus
