// Golden function of prm_training: stepwise rows as tokens, their loss, votes, and rows of PRM800K.
#include "gradus/base/text.h"
#include "gradus/learn/step_tokens.h"
#include "gradus/rollout/step_row.h"
#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"
#include "gradus/verify/votes.h"

namespace gradus {

namespace {

// The toy tokenizer of the golden cases: a newline is token 3, any other run without white space 10 + length.
std::vector<int64_t> toy_tokens(const std::string& text) {
  std::vector<int64_t> out;
  bool inside = false;
  for (size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    at += c.bytes;
    if (c.value == '\n') out.push_back(3);
    const bool part = !is_space(c.value);
    if (part && !inside) out.push_back(10);
    if (part) ++out.back();
    inside = part;
  }
  return out;
}

std::optional<size_t> size_or_none(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(golden_count(value));
}

Verified tokenized(const Json& in) {
  const Json& features = in.at("features");
  StepRow row{.prompt = features.at("prompt").get<std::string>(),
              .completions = features.at("completions").get<std::vector<std::string>>(),
              .labels = numbers_of(features.at("labels"))};
  StepTokensOptions options{
      .separator = in.at("step_separator").get<std::string>(),
      .max_length = size_or_none(in.at("max_length")),
      .max_completion = size_or_none(in.at("max_completion_length")),
      .last_step_only = in.at("train_on_last_step_only").get<bool>() && !in.at("is_eval").get<bool>()};
  if (!in.at("bos_token_id").is_null()) options.bos = in.at("bos_token_id").get<int64_t>();
  const StepTokens tokens = step_tokens(row, toy_tokens, options);
  return {{{"input_ids", tokens.ids}, {"labels", tokens.labels}}};
}

Verified classified(const Json& in) {
  std::vector<std::vector<double>> logits;
  std::vector<int64_t> labels;
  for (size_t b = 0; b < in.at("logits").size(); ++b) {
    for (const Json& one : in.at("logits").at(b)) logits.push_back(numbers_of(one));
    for (const Json& one : in.at("labels").at(b)) labels.push_back(one.get<int64_t>());
  }
  const StepClassLoss loss = step_class_loss(logits, labels);
  const auto json = [](const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); };
  return {{{"accuracy", json(loss.accuracy)}, {"loss_ce_mean_over_unmasked", json(loss.loss)}}};
}

Verified rows_of_prm800k(const Json& in) {
  Json rows = Json::array();
  for (const StepRow& row : prm800k_rows(in.at("steps"), "P", {})) {
    Json labels = Json::array();
    for (const double label : row.labels) labels.push_back(label == 1);
    rows.push_back({{"prompt", row.prompt}, {"completions", row.completions}, {"labels", labels}});
  }
  return {{{"rows", rows}}};
}

}  // namespace

void verify_prm_training(Adapters& adapters) {
  adapters.add("prm_training",
               "PRMTrainer.tokenize_row, compute_accuracy, torch CrossEntropyLoss, prm800k.process_example, "
               "AGG_FN_MAP",
               [](const Json& in, const Verifying&) -> Verified {
                 if (in.contains("features")) return tokenized(in);
                 if (in.contains("logits")) return classified(in);
                 if (in.contains("steps")) return rows_of_prm800k(in);
                 return {votes(in.at("answers"), in.at("step_scores"),
                               {"prm_min_max", "prm_min_vote", "prm_last_max", "prm_last_vote"})};
               });
}

}  // namespace gradus
