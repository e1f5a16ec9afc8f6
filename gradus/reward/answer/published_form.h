// The text form of an answer, and the answer of a text, as the published evaluations of mathematics have
// them: two answers count as equal where these texts are equal.
//
//   published_form("\\dfrac12");                               // "\frac{1}{2}"
//   published_form("x = 5\\text{ miles}");                     // "5"
//   published_answer("The answer is: $\\boxed{\\frac12}$.");   // "\frac{1}{2}"
//
// The rules are those of Qwen2.5-Math's evaluation/parser.py, which huggingface/search-and-learn uses at
// 6f81cac where its symbolic simplifier gives up (src/sal/utils/qwen_math_parser.py), in their order: white
// space at the ends, line breaks, dots on the right, "\!", arrays as pmatrix, one frac, short neq, leq and
// geq, \left and \right, escaped braces, a trailing \text{}, unit words (twice), degree signs, dollars,
// \( and \), \text{} unwrapped, "x=" and the like, sets without elements, all reals, percent signs,
// " ." as " 0.", infinity, "and", \mathbf, \mbox, j as i, "12.000" as "12", a leading dot, "k=" in front,
// braces of sqrt, spaces, braces of frac, a/b of whole numbers as a fraction. Their quirks are kept: units
// swallow one-letter words (a, c, d, g, h, l, m, o, s, t), percent is dropped ("10%" is "10"), nothing is
// computed ("0.5" is not "1/2"; answer_equal.h computes). Number words ("two") are left as they are: the
// released code turns them into digits with a library of its own (word2number).
//
// An answer is taken from a text by the first rule that applies: "final answer is $...$. I hope"; the last
// "boxed" with its braces; after the last "he answer is"; after the last "final answer is"; after the Chinese
// "the answer is"; the last number. Every function takes time linear in the text. What Python's \w holds
// beyond ASCII is known by blocks here, not letter by letter.
#pragma once

#include <string>
#include <string_view>

namespace gradus {

// keep_units: unit words stay (the released code does so for the sets carp_en and minerva_math).
std::string published_form(std::string_view answer, bool keep_units = false);

// The part of the text that states the answer, as it stands there.
std::string stated_answer(std::string_view text);

// published_form of the stated answer.
std::string published_answer(std::string_view text, bool keep_units = false);

}  // namespace gradus
