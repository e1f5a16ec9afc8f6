#include "gradus/reward/tool_call.h"

#include <algorithm>

#include "gradus/base/text.h"
#include "gradus/reward/markup.h"
#include "gradus/reward/reward_range.h"

namespace gradus {

namespace {

constexpr std::string_view kOpen = "<tool_call>", kClose = "</tool_call>";
constexpr size_t kMostLines = 1000;

bool hashable(const PyValue& value) {
  return value.kind != PyValue::Kind::list && value.kind != PyValue::Kind::object;
}

// |a n b| of multisets: every item of the one pairs with an unused equal one of the other.
template <class T, class Same>
size_t in_both(const std::vector<T>& a, const std::vector<T>& b, Same same) {
  std::vector<bool> used(b.size());
  size_t count = 0;
  for (const T& item : a) {
    for (size_t i = 0; i < b.size(); ++i) {
      if (used[i] || !same(item, b[i])) continue;
      used[i] = true;
      ++count;
      break;
    }
  }
  return count;
}

template <class T, class Same>
double list_match(const std::vector<T>& a, const std::vector<T>& b, CallMatching::Lists lists, Same same) {
  if (std::equal(a.begin(), a.end(), b.begin(), b.end(), same)) return 1;
  if (lists == CallMatching::Lists::identical || a.empty() || b.empty()) return 0;
  const size_t both = in_both(a, b, same);
  return static_cast<double>(both) / static_cast<double>(a.size() + b.size() - both);
}

// Python's `list1 == list2` and Counter on names: the second needs values that can be hashed.
std::optional<double> name_match(const std::vector<PyValue>& a, const std::vector<PyValue>& b,
                                 CallMatching::Lists lists) {
  const bool counted = lists == CallMatching::Lists::overlap && !same_items(a, b);
  if (counted && !(std::all_of(a.begin(), a.end(), hashable) && std::all_of(b.begin(), b.end(), hashable))) {
    return std::nullopt;
  }
  return list_match(a, b, lists, same_item);
}

std::optional<std::vector<PyValue>> names_of(const std::vector<PyValue>& calls) {
  std::vector<PyValue> names;
  for (const PyValue& call : calls) {
    const PyValue* name = call.find("name");
    if (name == nullptr) return std::nullopt;
    names.push_back(*name);
  }
  return names;
}

// M(keys) + values that are equal; std::nullopt where one of the two is no object.
std::optional<double> parameter_match(const PyValue* wanted, const PyValue* found,
                                      CallMatching::Lists lists) {
  if (wanted == nullptr || wanted->kind != PyValue::Kind::object) return std::nullopt;
  if (found == nullptr || found->kind != PyValue::Kind::object) return std::nullopt;
  double score = list_match(wanted->keys, found->keys, lists, std::equal_to<std::string>());
  for (size_t i = 0; i < wanted->keys.size(); ++i) {
    const PyValue* value = found->find(wanted->keys[i]);
    if (value != nullptr && equal(*value, wanted->items[i])) score += 1;
  }
  return score;
}

// The best unused call for a wanted one, or none; sets `failed` where a comparison is impossible.
struct Best {
  double score = 0;
  size_t at = 0;
  bool failed = false;
};

Best best_call(const PyValue& wanted, const std::vector<PyValue>& found, const std::vector<bool>& used,
               const CallMatching& matching) {
  Best best;
  for (size_t i = 0; i < found.size(); ++i) {
    if (used[i] || !equal(*found[i].find("name"), *wanted.find("name"))) continue;
    std::optional<double> score;
    if (matching.calls == CallMatching::Calls::whole) {
      score = equal(wanted, found[i]) ? 1 : 0;
    } else {
      score = parameter_match(wanted.find("parameters"), found[i].find("parameters"), matching.lists);
    }
    if (!score) return {0, 0, true};
    if (*score > best.score) best = {*score, i, false};
  }
  return best;
}

}  // namespace

std::optional<std::vector<PyValue>> read_calls(std::string_view text) {
  if (text.find(kClose) == text.npos) return std::nullopt;
  const size_t open = text.find(kOpen);
  if (open == text.npos) return std::nullopt;
  std::string_view block = text.substr(open + kOpen.size());
  block = block.substr(0, std::min(block.find(kOpen), block.find(kClose)));
  block = trim(block);
  if (block.size() > JsonLimits().bytes || count_of(block, "\n") >= kMostLines) return std::nullopt;
  std::vector<PyValue> calls;
  for (const std::string_view line : pieces_between(block, "\n")) {
    std::optional<PyValue> call = read_python_json(line);
    if (!call) return std::nullopt;
    calls.push_back(std::move(*call));
  }
  return calls;
}

std::optional<double> call_match(const std::vector<PyValue>& wanted, const std::vector<PyValue>& found,
                                 const CallMatching& matching) {
  if (same_items(wanted, found)) return 1;
  if (matching.calls == CallMatching::Calls::all) return 0;
  const auto wanted_names = names_of(wanted), found_names = names_of(found);
  if (!wanted_names || !found_names) return std::nullopt;
  const std::optional<double> names = name_match(*wanted_names, *found_names, matching.lists);
  if (!names) return std::nullopt;
  double score = *names, most = 1;
  std::vector<bool> used(found.size());
  for (const PyValue& call : wanted) {
    const PyValue* parameters = call.find("parameters");
    if (parameters == nullptr) return std::nullopt;
    most += 1;
    if (matching.calls == CallMatching::Calls::parts) most += static_cast<double>(parameters->items.size());
    const Best best = best_call(call, found, used, matching);
    if (best.failed) return std::nullopt;
    if (best.score > 0) used[best.at] = true;
    score += best.score;
  }
  return score / most;
}

namespace {

class ToolCall : public Operator {
 public:
  explicit ToolCall(const Params& params)
      : reference_(params.text("reference")),
        into_("rollout." + params.text("into")),
        range_(params, match_range) {
    if (params.text("lists") == "identical") matching_.lists = CallMatching::Lists::identical;
    if (params.text("calls") == "whole") matching_.calls = CallMatching::Calls::whole;
    if (params.text("calls") == "all") matching_.calls = CallMatching::Calls::all;
  }

  void apply(RolloutBatch& batch, const OperatorContext& context) const override {
    const RewardRange range = range_.after(context.updates);
    Column& column = batch.add_column(into_, {.estimates = "correctness", .evaluator = "tool_call"});
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      const std::string& reference = batch.note(reference_, r);
      if (!reference.empty()) column.set(r, value(batch, r, reference, range));
    }
  }

 private:
  double value(const RolloutBatch& batch, size_t r, const std::string& reference,
               const RewardRange& range) const {
    if (reference.find(kOpen) == std::string::npos) return 0;
    const auto wanted = read_calls(reference);
    if (!wanted) {
      throw Error::input("the tool calls of a reference cannot be read")
          .field("note " + reference_ + " of rollout " + batch.header(r).id)
          .expected("<tool_call>, one JSON object per line, </tool_call>");
    }
    const auto found = read_calls(written_text(batch, r));
    const std::optional<double> share = found ? call_match(*wanted, *found, matching_) : std::nullopt;
    return range.at(share.value_or(0));
  }

  std::string reference_, into_;
  CallMatching matching_;
  ScheduledRange range_;
};

}  // namespace

void register_tool_call(OperatorRegistry& registry) {
  std::vector<ParamSpec> params = {
      text_param("reference", "reference", "note with the response as it should be"),
      text_param("into", "tool_call", "rollout channel to write"),
      text_param("lists", "overlap", "how lists of names and of keys compare", {"overlap", "identical"}),
      text_param("calls", "parts", "what of a call earns credit: its parts, the whole call, only all calls",
                 {"parts", "whole", "all"})};
  for (ParamSpec& param : range_params(-3, 3, {"two_stage", "smooth"})) params.push_back(std::move(param));
  registry.add({.name = "reward.tool_call",
                .summary = "credit for the tool names, keys and values that a reference wants",
                .paper = "2504.13958",
                .params = std::move(params),
                .reads = {},
                .writes = {"rollout.{into}"},
                .notes = {"{reference}"},
                .texts = true,
                .evaluator = "tool_call",
                .components = {"reference calls"}},
               [](const Params& p) { return std::make_unique<ToolCall>(p); });
}

}  // namespace gradus
