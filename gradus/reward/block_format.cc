#include "gradus/reward/block_format.h"

#include <algorithm>

#include "gradus/base/text.h"
#include "gradus/reward/markup.h"
#include "gradus/reward/reward_range.h"

namespace gradus {

namespace {

bool once(std::string_view text, std::string_view tag) {
  return count_of(text, "<" + std::string(tag) + ">") == 1 &&
         count_of(text, "</" + std::string(tag) + ">") == 1;
}

class BlockFormat : public Operator {
 public:
  explicit BlockFormat(const Params& params)
      : reference_(params.text("reference")),
        into_("rollout." + params.text("into")),
        range_(params, format_range) {}

  void apply(RolloutBatch& batch, const OperatorContext& context) const override {
    const RewardRange range = range_.after(context.updates);
    Column& column = batch.add_column(into_, {.estimates = "format", .evaluator = "block_format"});
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      const std::string& reference = batch.note(reference_, r);
      if (reference.empty()) continue;
      column.set(r, blocks_fit(written_text(batch, r), reference) ? range.high : range.low);
    }
  }

 private:
  std::string reference_, into_;
  ScheduledRange range_;
};

class ThinkLength : public Operator {
 public:
  explicit ThinkLength(const Params& params)
      : into_("rollout." + params.text("into")),
        target_(params.number("target")),
        grows_to_(params.number("grows_to")),
        over_(params.number("over")) {}

  void apply(RolloutBatch& batch, const OperatorContext& context) const override {
    const double target = (grows_to_ - target_) * static_cast<double>(context.updates) / over_ + target_;
    Column& column = batch.add_column(into_, {.estimates = "length", .evaluator = "think_length"});
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      column.set(r, std::min(1.0, think_share(written_text(batch, r), target)));
    }
  }

 private:
  std::string into_;
  double target_, grows_to_, over_;
};

}  // namespace

bool blocks_fit(std::string_view response, std::string_view reference) {
  const std::string_view text = trim(response);
  const bool answers = reference.find("<response>") != reference.npos;
  const bool calls = reference.find("<tool_call>") != reference.npos;
  if (answers && calls) {
    return once(text, "tool_call") && once(text, "response") &&
           parts_in_order(
               text, {"<think>", "</think>\n<tool_call>\n", "\n</tool_call>\n<response>", "</response>"});
  }
  if (answers) {
    return once(text, "response") && parts_in_order(text, {"<think>", "</think>\n<response>", "</response>"});
  }
  if (calls) {
    return once(text, "tool_call") &&
           parts_in_order(text, {"<think>", "</think>\n<tool_call>\n", "\n</tool_call>"});
  }
  return parts_in_order(text, {"<think>", "</think>"});
}

double think_share(std::string_view response, double target) {
  const size_t open = response.rfind("<think>");
  if (open == response.npos || response.find("</think>") == response.npos) return 0;
  std::string_view think = response.substr(open + 7);
  think = think.substr(0, think.find("</think>"));
  return round_to_hundredths(static_cast<double>(count_words(think)) / target);
}

void register_block_format(OperatorRegistry& registry) {
  std::vector<ParamSpec> params = {
      text_param("reference", "reference", "note with the response as it should be"),
      text_param("into", "format", "rollout channel to write")};
  for (ParamSpec& param : range_params(0, 1, {"two_stage", "smooth", "smooth_released"})) {
    params.push_back(std::move(param));
  }
  registry.add({.name = "reward.block_format",
                .summary = "does a response have the blocks of its reference, in order and alone",
                .paper = "2504.13958",
                .params = std::move(params),
                .reads = {},
                .writes = {"rollout.{into}"},
                .notes = {"{reference}"},
                .texts = true,
                .evaluator = "block_format",
                .components = {"response format"}},
               [](const Params& p) { return std::make_unique<BlockFormat>(p); });
}

void register_think_length(OperatorRegistry& registry) {
  registry.add(
      {.name = "reward.think_length",
       .summary = "words of thought, paid up to a target",
       .paper = "2504.13958",
       .params = {text_param("into", "think_length", "rollout channel to write"),
                  number_param("target", 512, "words that earn 1", 1, 1e9),
                  number_param("grows_to", 512, "the target after `over` updates, and on beyond", 1, 1e9),
                  number_param("over", 105, "updates", 1, 1e9)},
       .reads = {},
       .writes = {"rollout.{into}"},
       .texts = true,
       .evaluator = "think_length",
       .components = {"response length"}},
      [](const Params& p) { return std::make_unique<ThinkLength>(p); });
}

}  // namespace gradus
