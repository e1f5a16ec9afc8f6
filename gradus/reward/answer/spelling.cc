#include "gradus/reward/answer/spelling.h"

#include <algorithm>
#include <array>

#include "gradus/base/text.h"

namespace gradus {

namespace {

struct Respelling {
  std::string_view from, to;
};

constexpr auto kUnicodeSigns = std::to_array<Respelling>({
    {"π", "\\pi "},
    {"×", "\\times "},
    {"·", "\\cdot "},
    {"⋅", "\\cdot "},
    {"∙", "\\cdot "},
    {"÷", "\\div "},
    {"−", "-"},
    {"–", "-"},
    {"‐", "-"},
    {"‑", "-"},
    {"‒", "-"},
    {"﹣", "-"},
    {"∞", "\\infty "},
    {"≤", "\\le "},
    {"≥", "\\ge "},
    {"⩽", "\\le "},
    {"⩾", "\\ge "},
    {"≠", "\\ne "},
    {"≡", "\\equiv "},
    {"≈", "\\approx "},
    {"°", "^\\circ "},
    {"º", "^\\circ "},
    {"½", "\\frac{1}{2}"},
    {"¼", "\\frac{1}{4}"},
    {"¾", "\\frac{3}{4}"},
    {"⅓", "\\frac{1}{3}"},
    {"⅔", "\\frac{2}{3}"},
    {"⅕", "\\frac{1}{5}"},
    {"⅖", "\\frac{2}{5}"},
    {"⅗", "\\frac{3}{5}"},
    {"⅘", "\\frac{4}{5}"},
    {"⅙", "\\frac{1}{6}"},
    {"⅚", "\\frac{5}{6}"},
    {"⅛", "\\frac{1}{8}"},
    {"⅜", "\\frac{3}{8}"},
    {"⅝", "\\frac{5}{8}"},
    {"⅞", "\\frac{7}{8}"},
    {"⁄", "/"},
    {"∕", "/"},
    {"∪", "\\cup "},
    {"∩", "\\cap "},
    {"∖", "\\setminus "},
    {"∈", "\\in "},
    {"∉", "\\notin "},
    {"⊂", "\\subset "},
    {"⊆", "\\subseteq "},
    {"⊃", "\\supset "},
    {"⊇", "\\supseteq "},
    {"∧", "\\land "},
    {"∨", "\\lor "},
    {"¬", "\\neg "},
    {"→", "\\to "},
    {"⇒", "\\implies "},
    {"⟹", "\\implies "},
    {"⇔", "\\iff "},
    {"⟺", "\\iff "},
    {"±", "\\pm "},
    {"∓", "\\mp "},
    {"∅", "\\emptyset "},
    {"∣", "\\mid "},
    {"…", "\\ldots "},
    {"⋯", "\\ldots "},
    {"⌊", "\\lfloor "},
    {"⌋", "\\rfloor "},
    {"⌈", "\\lceil "},
    {"⌉", "\\rceil "},
    {"⟨", "("},
    {"⟩", ")"},
    {"∠", "\\angle "},
    {"△", "\\triangle "},
    {"⊥", "\\perp "},
    {"∥", "\\parallel "},
    {"∛", "\\sqrt[3]"},
    {"√", "\\sqrt "},
    {"∘", "\\circ "},
    {"′", "'"},
    {"’", "'"},
    {"‘", "'"},
    {"“", "\""},
    {"”", "\""},
    {"ℝ", "\\mathbb{R}"},
    {"ℤ", "\\mathbb{Z}"},
    {"ℕ", "\\mathbb{N}"},
    {"ℚ", "\\mathbb{Q}"},
    {"ℂ", "\\mathbb{C}"},
    {"α", "\\alpha "},
    {"β", "\\beta "},
    {"γ", "\\gamma "},
    {"δ", "\\delta "},
    {"ε", "\\epsilon "},
    {"θ", "\\theta "},
    {"λ", "\\lambda "},
    {"μ", "\\mu "},
    {"ν", "\\nu "},
    {"ρ", "\\rho "},
    {"σ", "\\sigma "},
    {"τ", "\\tau "},
    {"φ", "\\varphi "},
    {"χ", "\\chi "},
    {"ψ", "\\psi "},
    {"ω", "\\omega "},
    {"Δ", "\\Delta "},
    {"Γ", "\\Gamma "},
    {"Θ", "\\Theta "},
    {"Λ", "\\Lambda "},
    {"Σ", "\\Sigma "},
    {"Φ", "\\Phi "},
    {"Ψ", "\\Psi "},
    {"Ω", "\\Omega "},
    {"ξ", "\\xi "},
    {"η", "\\eta "},
    {"κ", "\\kappa "},
    {"ζ", "\\zeta "},
    {"∂", "\\partial "},
    {"€", "\\text{ euro }"},
    {"¢", "\\text{ cents}"},
    {"、", ","},
});
// Not seen: spaces of no width, joiners, marks of direction.
constexpr auto kUnseen = std::to_array<std::string_view>({
    "\u200b",
    "\u200c",
    "\u200d",
    "\u200e",
    "\u200f",
    "\u2060",
    "\u2061",
    "\u2062",
    "\u2063",
    "\ufeff",
    "\u00ad",
    "\ufe0e",
    "\ufe0f",
    "\u202a",
    "\u202b",
    "\u202c",
});
constexpr auto kSpaces = std::to_array<std::string_view>({
    "\u00a0",
    "\u2000",
    "\u2001",
    "\u2002",
    "\u2003",
    "\u2004",
    "\u2005",
    "\u2006",
    "\u2007",
    "\u2008",
    "\u2009",
    "\u200a",
    "\u202f",
    "\u205f",
    "\u3000",
});
constexpr auto kRaised = std::to_array<Respelling>({
    {"⁰", "0"},
    {"¹", "1"},
    {"²", "2"},
    {"³", "3"},
    {"⁴", "4"},
    {"⁵", "5"},
    {"⁶", "6"},
    {"⁷", "7"},
    {"⁸", "8"},
    {"⁹", "9"},
    {"⁻", "-"},
    {"⁺", "+"},
    {"ⁿ", "n"},
});
constexpr auto kLowered = std::to_array<Respelling>({
    {"₀", "0"},
    {"₁", "1"},
    {"₂", "2"},
    {"₃", "3"},
    {"₄", "4"},
    {"₅", "5"},
    {"₆", "6"},
    {"₇", "7"},
    {"₈", "8"},
    {"₉", "9"},
});

constexpr auto kCommandNames = std::to_array<Respelling>({
    {"dfrac", "frac"},
    {"tfrac", "frac"},
    {"cfrac", "frac"},
    {"nicefrac", "frac"},
    {"sfrac", "frac"},
    {"leq", "le"},
    {"leqslant", "le"},
    {"leqq", "le"},
    {"geq", "ge"},
    {"geqslant", "ge"},
    {"geqq", "ge"},
    {"lt", "<"},
    {"gt", ">"},
    {"neq", "ne"},
    {"varnothing", "emptyset"},
    {"lbrace", "{"},
    {"rbrace", "}"},
    {"lvert", "|"},
    {"rvert", "|"},
    {"vert", "|"},
    {"lbrack", "["},
    {"rbrack", "]"},
    {"langle", "("},
    {"rangle", ")"},
    {"lparen", "("},
    {"rparen", ")"},
    {"dbinom", "binom"},
    {"tbinom", "binom"},
    {"dots", "ldots"},
    {"cdots", "ldots"},
    {"dotsc", "ldots"},
    {"dotsb", "ldots"},
    {"Rightarrow", "implies"},
    {"Longrightarrow", "implies"},
    {"Leftrightarrow", "iff"},
    {"Longleftrightarrow", "iff"},
    {"rightarrow", "to"},
    {"longrightarrow", "to"},
    {"wedge", "land"},
    {"vee", "lor"},
    {"lnot", "neg"},
    {"smallsetminus", "setminus"},
    {"backslash", "setminus"},
    {"isin", "in"},
    {"colon", ":"},
    {"ast", "*"},
    {"Bbb", "mathbb"},
    {"mathds", "mathbb"},
    {"dag", "dagger"},
    {"prime", "'"},
    {"centerdot", "cdot"},
    {"bullet", "cdot"},
    {"arcsec", "arcsec"},
    {"R", "reals"},
    {"percent", "%"},
    {"dollar", "$"},
});

constexpr auto kStyles = std::to_array<std::string_view>({
    "left",       "right",     "middle",     "big",        "Big",          "bigg",         "Bigg",
    "bigl",       "bigr",      "Bigl",       "Bigr",       "biggl",        "biggr",        "Biggl",
    "Biggr",      "bigm",      "Bigm",       "biggm",      "Biggm",        "displaystyle", "textstyle",
    "quad",       "qquad",     "mathbf",     "boxed",      "fbox",         "framebox",     "bm",
    "boldsymbol", "pmb",       "limits",     "nolimits",   "mathit",       "mathnormal",   "ensuremath",
    "thinspace",  "medspace",  "enspace",    "thickspace", "negthinspace", "scriptstyle",  "large",
    "Large",      "small",     "normalsize", "nobreak",    "allowbreak",   "space",        "underline",
    "bold",       "mathstrut", "strut",      "mathord",    "mathclose",    "mathopen",
});
constexpr auto kSpacings = std::to_array<std::string_view>({
    "hspace",
    "vspace",
    "phantom",
    "hphantom",
    "vphantom",
    "mspace",
    "color",
    "textcolor",
    "mathcolor",
    "colorbox",
    "label",
    "tag",
    "hskip",
    "kern",
    "mkern",
    "mskip",
    "hfill",
    "fontsize",
});
constexpr auto kTextCommands = std::to_array<std::string_view>({
    "text",   "textbf", "textit", "mbox",       "hbox", "mathrm", "operatorname",
    "textrm", "textsf", "texttt", "textnormal", "emph", "mathsf", "mathtt",
    "rm",     "textup", "textsc", "bf",         "it",   "textsl",
});

template <class List>
const Respelling* find_spelling(const List& list, std::string_view text) {
  const auto at =
      std::find_if(list.begin(), list.end(), [&](const Respelling& one) { return text == one.from; });
  return at == list.end() ? nullptr : &*at;
}

template <class List>
bool lists(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// A run of raised or lowered signs as one exponent or index; the place behind it.
template <class List>
size_t run_of(const List& list, std::string_view text, size_t at, const char* sign, std::string& out) {
  std::string run;
  while (at < text.size()) {
    const size_t bytes = code_point_at(text, at).bytes;
    const Respelling* const one = find_spelling(list, text.substr(at, bytes));
    if (one == nullptr) break;
    run += one->to;
    at += bytes;
  }
  if (!run.empty()) out += sign + ("{" + run + "}");
  return at;
}

}  // namespace

std::string in_latex(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (static_cast<uint8_t>(text[at]) < 0x80) {
      out += text[at++];
      continue;
    }
    const CodePoint point = code_point_at(text, at);
    const std::string_view sign = text.substr(at, point.bytes);
    const size_t behind = run_of(kLowered, text, run_of(kRaised, text, at, "^", out), "_", out);
    if (behind != at) {
      at = behind;
      continue;
    }
    at += point.bytes;
    if (lists(kUnseen, sign)) continue;
    if (point.value >= 0xff01 && point.value <= 0xff5e) {  // full width
      out += static_cast<char>(point.value - 0xff00 + 0x20);
    } else if (lists(kSpaces, sign)) {
      out += ' ';
    } else if (const Respelling* const one = find_spelling(kUnicodeSigns, sign)) {
      out += one->to;
    } else {
      out += sign;
    }
  }
  return out;
}

std::string_view plain_command(std::string_view name) {
  const Respelling* const one = find_spelling(kCommandNames, name);
  return one == nullptr ? name : one->to;
}

CommandLook look_of(std::string_view name) {
  if (lists(kTextCommands, name)) return CommandLook::text;
  if (lists(kSpacings, name)) return CommandLook::spacing;
  return lists(kStyles, name) ? CommandLook::style : CommandLook::none;
}

}  // namespace gradus
