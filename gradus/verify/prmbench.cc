// Golden functions of PRMBench (arXiv 2501.03124): one item, whole evaluations, and the real files with
// labellers that need no model.
#include "gradus/eval/benchmarks/prmbench.h"

#include <algorithm>
#include <filesystem>

#include "gradus/base/error.h"
#include "gradus/rollout/schema/schema.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

std::vector<uint8_t> labels_of(const Json& list) {
  std::vector<uint8_t> out;
  for (const Json& one : list) out.push_back(one.is_boolean() ? one.get<bool>() : one.get<double>() == 1.0);
  return out;
}

// Value of every metric by its name in the released script.
Json metrics_json(const PrmbenchMetrics& m) {
  return {{"correct_step_acc", m.correct_step_acc},
          {"wrong_step_acc", m.wrong_step_acc},
          {"total_step_acc", m.total_step_acc},
          {"first_error_acc", m.first_error_acc},
          {"similarity", m.similarity},
          {"precision", m.precision},
          {"recall", m.recall},
          {"f1", m.f1},
          {"negative_precision", m.negative_precision},
          {"negative_recall", m.negative_recall},
          {"negative_f1", m.negative_f1}};
}

// {metric: {class: value}}
Json by_metric(const std::map<std::string, PrmbenchMetrics>& classes) {
  Json out = Json::object();
  for (const auto& [kind, metrics] : classes) {
    const Json values = metrics_json(metrics);
    for (const auto& [name, value] : values.items()) out[name][kind] = value;
  }
  return out;
}

Verified item(const Json& in) {
  const std::vector<int64_t> errors = in.at("error_steps").get<std::vector<int64_t>>();
  const std::vector<uint8_t> labels = labels_of(in.at("labels"));
  const PrmbenchCounts counts = count_labels(errors, labels);
  const PrmbenchMetrics metrics = official_metrics(counts);
  Json right = Json::array(), wrong = Json::array(), total = Json::array(), first = Json::array();
  for (size_t i = 0; i < labels.size(); ++i) {
    const PrmbenchCounts upto = count_labels(errors, std::span(labels).first(i + 1));
    const PrmbenchCounts before = count_labels(errors, std::span(labels).first(i));
    const int hit = upto.steps.tp + upto.steps.tn > before.steps.tp + before.steps.tn;
    (upto.steps.fp + upto.steps.tn > before.steps.fp + before.steps.tn ? wrong : right).push_back(hit);
    total.push_back(hit);
  }
  const bool has_first = counts.first_errors > 0;
  if (has_first) first.push_back(static_cast<int>(counts.first_hits));
  const double share = response_share(labels);
  return {
      {{"correct_step_acc", metrics.correct_step_acc},
       {"wrong_step_acc", metrics.wrong_step_acc},
       {"total_step_acc", metrics.total_step_acc},
       {"first_error_acc", has_first ? Json(static_cast<int>(counts.first_hits)) : Json(nullptr)},
       {"model_response_acc", share},
       {"f1_matrix",
        {{"TP", counts.steps.tp}, {"FP", counts.steps.fp}, {"TN", counts.steps.tn}, {"FN", counts.steps.fn}}},
       {"correct_step_acc_list", right},
       {"wrong_step_acc_list", wrong},
       {"total_step_acc_list", total},
       {"first_error_acc_list", first},
       {"model_response_acc_list", share == -1 ? Json::array() : Json::array({share})}}};
}

Verified evaluation(const Json& in) {
  std::vector<PrmbenchCase> cases;
  for (const Json& one : in.at("meta_data")) {
    cases.push_back({one.at("idx"), one.at("classification"), one.at("error_steps")});
  }
  std::vector<PrmbenchAnswer> answers;
  for (const Json& one : in.at("results")) {
    PrmbenchAnswer answer{.idx = one.at("idx"), .valid = {}, .redundant = {}};
    if (one.contains("validity")) answer.usable = one.at("validity").get<bool>();
    const Json none = Json::object();
    const Json& scores = one.contains("scores") && one.at("scores").is_object() ? one.at("scores") : none;
    if (scores.contains("step_level_validity_labels")) {
      answer.valid = labels_of(scores.at("step_level_validity_labels"));
    }
    if (scores.contains("step_level_redundancy_labels")) {
      answer.redundant = labels_of(scores.at("step_level_redundancy_labels"));
    }
    answers.push_back(std::move(answer));
  }
  const PrmbenchResult result = evaluate_prmbench(cases, answers);
  Json scores = Json::object();
  for (const auto& [kind, metrics] : result.by_class) {
    if (kind != kCorrectClass) scores[kind] = prm_score(metrics, kind);
  }
  return {{{"total_hallucination_results", metrics_json(result.total)},
           {"hallucination_type_results", by_metric(result.by_class)},
           {"validitiy_rate", result.validity_rate},
           {"prmscore", {{"overall", prm_score(result.total, "")}, {"by_class", scores}}}}};
}

Verified run(const Json& in, const Verifying&) {
  const std::string function = in.at("function");
  if (function == "eval_on_hallucination_step") return item(in);
  if (function == "evaluate_function") return evaluation(in);
  throw Error::input("unknown function of PRMBench").found(function);
}

std::vector<uint8_t> label(const std::vector<std::string>& steps, const std::string& labeller) {
  std::vector<uint8_t> out;
  for (size_t i = 0; i < steps.size(); ++i) {
    const bool valid = labeller == "all_positive"                   ? true
                       : labeller == "all_negative"                 ? false
                       : labeller == "even_utf8_length_is_positive" ? steps[i].size() % 2 == 0
                       : labeller == "first_half_positive"
                           ? i < (steps.size() + 1) / 2
                           : throw Error::input("unknown labeller").found(labeller);
    out.push_back(valid);
  }
  return out;
}

// "all *.jsonl of data/prmbench in name order"
std::vector<std::string> files_of(const std::string& text, const std::string& data) {
  const std::string from = " of data/", until = " in name order";
  const size_t begin = text.find(from), end = text.find(until);
  if (begin == std::string::npos || end == std::string::npos) {
    throw Error::input("cannot tell which files are meant")
        .found(text)
        .expected("all *.jsonl of data/X in name order");
  }
  const std::string folder = data + "/" + text.substr(begin + from.size(), end - begin - from.size());
  std::vector<std::string> files;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path().string());
  }
  if (files.empty()) throw Error::input("no real data files").at(folder).hint("name the folder with --data");
  std::sort(files.begin(), files.end());
  return files;
}

Verified real_files(const Json& in, const Verifying& verifying) {
  const std::string labeller = in.at("labeller");
  std::vector<PrmbenchCase> cases;
  std::vector<PrmbenchAnswer> answers;
  std::map<std::string, bool> seen;
  for (const std::string& file : files_of(in.at("files"), verifying.data)) {
    read_solutions(file, schema_named("prmbench"), {.strict = true}, [&](Solution&& row) {
      for (Solution& one : prmbench_items(std::move(row))) {
        if (!seen.emplace(one.id, true).second) continue;
        answers.push_back({.idx = one.id, .valid = label(one.steps, labeller), .redundant = {}});
        cases.push_back({one.id, one.kind, one.stated_errors});
      }
    });
  }
  const PrmbenchResult result = evaluate_prmbench(cases, answers);
  return {{{"n_items", cases.size()},
           {"total", metrics_json(result.total)},
           {"by_class", by_metric(result.by_class)},
           {"validity_rate", result.validity_rate},
           {"prmscore_overall", prm_score(result.total, "")}}};
}

}  // namespace

void verify_prmbench(Adapters& adapters) {
  adapters.add(
      "prmbench",
      "eval_on_hallucination_step, evaluate_function; prmscore by "
      "mr_visualize/eval_res_view/draw_tabs/form_latex_strs.ipynb get_prmscore_from_current_res_dict "
      "(without its clip at 0)",
      run);
  adapters.add("prmbench_real",
               "load_data_function + evaluate_function on the real files with a deterministic labeller",
               real_files);
}

}  // namespace gradus
