#include "gradus/learn/step_tokens.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "gradus/base/error.h"

namespace gradus {

namespace {

void cut(StepTokens& tokens, std::optional<size_t> length) {
  if (!length || tokens.ids.size() <= *length) return;
  tokens.ids.resize(*length);
  tokens.labels.resize(*length);
}

void require_labels(const StepRow& row) {
  if (row.completions.size() == row.labels.size()) return;
  throw Error::input("a stepwise row needs one label per step")
      .field("labels")
      .found(fmt::format("{} labels", row.labels.size()))
      .expected(fmt::format("{}", row.completions.size()));
}

StepTokens completion_tokens(const StepRow& row, const TokenizeText& tokenize,
                             const StepTokensOptions& options) {
  const std::vector<int64_t> separator = tokenize(options.separator);
  StepTokens out;
  for (size_t i = 0; i < row.completions.size(); ++i) {
    const std::vector<int64_t> ids = tokenize(row.completions[i]);
    out.ids.insert(out.ids.end(), ids.begin(), ids.end());
    out.ids.insert(out.ids.end(), separator.begin(), separator.end());
    if (out.ids.size() == out.labels.size()) {
      throw Error::input("a step without tokens and without a separator has no place for its label")
          .field(fmt::format("completions[{}]", i));
    }
    out.labels.resize(out.ids.size(), kIgnoredLabel);
    const bool shown = !options.last_step_only || i + 1 == row.completions.size();
    if (shown) out.labels.back() = static_cast<int64_t>(row.labels[i]);
  }
  return out;
}

// -log softmax[label], with the slope of the loss (times `weight`) in every logit.
double cross_entropy_of(const std::vector<double>& logits, size_t label, double weight,
                        std::vector<double>& slope) {
  const double high = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - high);
  slope.resize(logits.size());
  for (size_t c = 0; c < logits.size(); ++c) {
    slope[c] = weight * (std::exp(logits[c] - high) / sum - (c == label ? 1 : 0));
  }
  return high + std::log(sum) - logits[label];
}

}  // namespace

StepTokens step_tokens(const StepRow& row, const TokenizeText& tokenize, const StepTokensOptions& options) {
  require_labels(row);
  StepTokens completion = completion_tokens(row, tokenize, options);
  cut(completion, options.max_completion);
  StepTokens out{.ids = tokenize(row.prompt)};
  if (options.bos) out.ids.insert(out.ids.begin(), *options.bos);
  out.labels.assign(out.ids.size(), kIgnoredLabel);
  out.ids.insert(out.ids.end(), completion.ids.begin(), completion.ids.end());
  out.labels.insert(out.labels.end(), completion.labels.begin(), completion.labels.end());
  cut(out, options.max_length);
  return out;
}

StepClassLoss step_class_loss(const std::vector<std::vector<double>>& logits,
                              const std::vector<int64_t>& labels) {
  if (logits.size() != labels.size()) {
    throw Error::input("a label per position is needed")
        .found(fmt::format("{} labels", labels.size()))
        .expected(fmt::format("{}", logits.size()));
  }
  const size_t count =
      labels.size() - static_cast<size_t>(std::count(labels.begin(), labels.end(), kIgnoredLabel));
  StepClassLoss out;
  out.slope.resize(logits.size());
  if (count == 0) return out;
  double loss = 0, right = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == kIgnoredLabel) {
      out.slope[i].assign(logits[i].size(), 0.0);
      continue;
    }
    if (labels[i] < 0 || static_cast<size_t>(labels[i]) >= logits[i].size()) {
      throw Error::input("a label is no class")
          .field(fmt::format("labels[{}]", i))
          .found(fmt::format("{}", labels[i]))
          .expected(fmt::format("-100, or 0 to {}", static_cast<int64_t>(logits[i].size()) - 1));
    }
    const size_t label = static_cast<size_t>(labels[i]);
    loss += cross_entropy_of(logits[i], label, 1 / static_cast<double>(count), out.slope[i]);
    right += std::max_element(logits[i].begin(), logits[i].end()) - logits[i].begin() == labels[i];
  }
  out.loss = loss / static_cast<double>(count);
  out.accuracy = right / static_cast<double>(count);
  return out;
}

}  // namespace gradus
