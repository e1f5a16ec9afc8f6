// A stepwise row as tokens and labels for a classifier of step ends, as TRL builds it
// (huggingface/trl f2cd577, trl/experimental/prm/prm_trainer.py, tokenize_row).
//
//   ids    = bos, prompt, then every completion followed by the separator; each tokenised by itself
//   labels = int(label) on the last token of every separator, -100 elsewhere
//
// A label between 0 and 1 is cut to a whole number as released (0.7 and 0.99 are 0): soft labels need a loss
// of their own. last_step_only: all labels but the last are -100 (rows for training, never for evaluation).
// Then the completion is cut to max_completion, then the whole to max_length, labels with it; a label that is
// cut off is lost.
//
//   StepTokens row = step_tokens(stepwise, tokenizer, {.bos = 1, .separator = "\n", .max_length = 1024});
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gradus/rollout/step_row.h"

namespace gradus {

constexpr int64_t kIgnoredLabel = -100;

struct StepTokensOptions {
  std::optional<int64_t> bos;
  std::string separator = "\n";
  std::optional<size_t> max_length, max_completion;
  bool last_step_only = false;
};

struct StepTokens {
  std::vector<int64_t> ids, labels;
};

using TokenizeText = std::function<std::vector<int64_t>(const std::string&)>;

// Throws Error::input where steps and labels differ in number, or a step with its separator has no token to
// carry the label.
StepTokens step_tokens(const StepRow& row, const TokenizeText& tokenize, const StepTokensOptions& options);

// Cross-entropy over the labelled positions, mean, with the share whose largest logit (the first of equals)
// is the label. Of nothing labelled both are missing.
struct StepClassLoss {
  std::optional<double> loss, accuracy;
  std::vector<std::vector<double>> slope;  // d loss / d logit
};

// logits[position][class]; throws Error::input for a label that is no class and not kIgnoredLabel.
StepClassLoss step_class_loss(const std::vector<std::vector<double>>& logits,
                              const std::vector<int64_t>& labels);

}  // namespace gradus
