// Where is what an address names, now? Ranked candidates with evidence; a target only where it is beyond
// doubt.
//
//   score = 0.5 s_ast + 0.2 s_module + 0.2 J_token + 0.1 s_prox          weights are recorded in every answer
//
//   s_ast      1 where the kind of the symbol is the asked one (addresses without a kind: 1)
//   s_module   1 for the same module or file, else common leading parts / parts of the longer path
//   J_token    shared share (Jaccard) of identifier tokens of the qualified names; for anchors of the
//              winnowed fingerprints of the texts (gradus/lsp/winnow.h)
//   s_prox     1 / (1 + |line - remembered line| / 50), 0 in another file, 1 where no line is remembered
//
// Scores are compared after rounding half-even to 9 decimals; order: score falling, then document, range,
// kind and name, so that it is total and does not depend on the order of arrival. Below tau, or where the
// first two tie, the answer is AMBIGUOUS with the first k candidates; without any it is NOT_FOUND, with the
// nearest symbols of the module as candidates.
//
//   cursor, range   themselves, with score 1; VERSION_SKEW where the document is no longer docVersion
//   symbol, ast     every symbol of that last name. Of one document's overloads the one of the parameter
//                   types, or the n-th of different types in the order of declaration; of its declarations
//                   the longest
//   anchor          the snippet where it stands once (near the remembered line, within `ctx` lines, if it
//                   stands there once): score 1. Else stretches of as many lines that share a fingerprint.
//                   Fewer than 10 characters without white space are searched exactly alone
//
// A field of a syntax node (`/name`, `/body`, `/sig`, `/doc`) is the part of the symbol of that name; a
// server does not give other nodes, so others are UNSUPPORTED_CAP. confidence: the score of the first
// candidate, 0 for NOT_FOUND; calibrated: times the share by which it leads the second. A heuristic and no
// probability.
//
// Source: Lanser-CLI, sections on selectors and relocation. tau = 0.75, k = 5 and everything about features
// but their names and weights is ours: the paper does not say.
//
//   const std::vector<SourceDocument> documents{{.path = "a.py", .text = text, .symbols = symbols}};
//   const Resolution found = relocate(parse_selector("py://a#C.f"), documents, {});
//   if (found.status == Status::ok) ask_server_at(found.candidates[0].place);
//   resolution_json(found);
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradus/lsp/selector.h"
#include "gradus/lsp/status.h"
#include "gradus/lsp/symbols.h"

namespace gradus {

struct SourceDocument {
  std::string path;  // as in selectors
  std::string text;
  std::vector<Symbol> symbols;  // ranges in RelocateOptions::encoding
  std::string version;          // id of its content; "": not known
};

struct ScoreWeights {
  double ast = 0.5, module = 0.2, tokens = 0.2, proximity = 0.1;
};

struct ExactPlace {
  std::string document;
  Range range;
};

struct RelocateOptions {
  Encoding encoding = Encoding::utf16;  // of the ranges of symbols and of the answer
  double tau = 0.75;
  size_t k = 5;
  bool calibrated = false;
  ScoreWeights weights = {};
  std::optional<int64_t> line;       // remembered, from 0
  std::optional<ExactPlace> mapped;  // where a map from the address's snapshot puts it: taken with score 1
};

struct Candidate {
  std::string document;
  Range range;
  Position place;              // to ask a server at: the name of a symbol
  std::string kind, name, id;  // of a symbol: qualified name and symbol id
  double score = 0;
  double ast = 1, module = 1, tokens = 1, proximity = 1;  // the evidence
};

struct Resolution {
  Status status = Status::not_found;  // ok, not_found, ambiguous, version_skew
  std::vector<Candidate> candidates;  // at most k, best first
  size_t considered = 0;
  double confidence = 0;
  std::string reason;  // why there is no target, "" where there is one
  RelocateOptions options;
};

Resolution relocate(const Selector& selector, std::span<const SourceDocument> documents,
                    const RelocateOptions& options);

// {"candidates", "confidence", "considered", "weights", "tau", "k", "calibrated"}.
Json resolution_json(const Resolution& resolution);

// The error of an answer that has no target, with its candidates for a person to choose from.
LspError resolution_error(const Resolution& resolution, const std::string& selector);

bool candidate_before(const Candidate& a, const Candidate& b);  // the total order

}  // namespace gradus
