// Files of sampled and scored answers, one question per line, as search-and-learn writes them:
//
//   {"problem", "answer", "completions": [text per sample], "scores": [[number per step] per sample]}
//
// Other spellings that are read: "id" or "unique_id" (else the line is the id), "question" for "problem",
// "preds" for answers that were taken out before, a single number for the scores of a sample, "correct":
// [true | false per sample] where somebody else has judged (then "answer" is not needed).
//
//   SampleFile file = read_samples("completions.jsonl", AnswerKeys::equal, {});
//   file.questions[0].samples[3].key; file.without_answer; file.without_scores;
//
// Keys of answers: their published text form (compat), or the number of their class under mathematical
// equality (strict; gradus/reward/answer/answer_equal.h). The known answer takes no part in the classes: it
// says which samples are right, each by itself. A sample whose answer could not be found ("", white space,
// null) is wrong and counted, and so is one of which the text form leaves nothing; it votes for the empty
// answer under text keys, as in the published codes, and not at all under equality. One without scores (null,
// NaN) is counted too. A row without a known answer (null, "", a truth value, a list), and scores that are
// something else than numbers, are bad rows.
#pragma once

#include <string>
#include <vector>

#include "gradus/base/error.h"
#include "gradus/eval/selection.h"

namespace gradus {

enum class AnswerKeys : uint8_t { text, equal };

struct SampleOptions {
  bool strict = false;         // refuse what is otherwise counted
  size_t most_samples = 4096;  // of a question
};

struct SampleFile {
  std::vector<SampledQuestion> questions;
  size_t rows = 0, bad_rows = 0;
  size_t samples = 0, without_answer = 0, without_scores = 0;
  std::vector<Error> errors;  // of the first bad rows
};

SampleFile read_samples(const std::string& path, AnswerKeys keys, const SampleOptions& options);

}  // namespace gradus
