// Golden functions of ProcessBench (arXiv 2412.06559): answers of critics and of a step scorer.
#include "gradus/eval/benchmarks/processbench.h"

#include <fmt/format.h>
#include <limits>

#include "gradus/base/error.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

Json shown(Share share) {
  return share ? Json(*share) : Json("nan");
}

std::optional<int64_t> answer_of(const Json& critique, bool voting) {
  return voting ? voted_answer(critique.get<std::vector<std::string>>())
                : critic_answer(critique.get<std::string>());
}

Verified critics(const Json& in) {
  const bool voting = in.at("voting").get<bool>();
  ErrorAccuracy counts;
  Json predictions = Json::object();
  for (const auto& [id, label] : in.at("labels").items()) {
    const std::optional<int64_t> predicted = answer_of(in.at("critiques").at(id), voting);
    counts.add(label.get<int64_t>(), predicted);
    predictions[id] = predicted ? Json(*predicted) : Json(nullptr);
  }
  const double none = std::numeric_limits<double>::quiet_NaN();
  const std::string printed =
      fmt::format("gsm8k error acc: {:.1f}, correct acc: {:.1f}, f1: {:.1f}", counts.error().value_or(none),
                  counts.correct().value_or(none), counts.f1().value_or(none));
  return {{{"predictions", predictions},
           {"error_acc", shown(counts.error())},
           {"correct_acc", shown(counts.correct())},
           {"f1", shown(counts.f1())},
           {"printed", printed}}};
}

Verified first_error(const Json& in) {
  std::vector<double> positive;
  for (const Json& one : in.at("step_is_positive")) positive.push_back(one.get<bool>());
  return {{{"prediction", first_below(positive, kValidityOfAStep)}}};
}

Verified run(const Json& in, const Verifying&) {
  const std::string function = in.at("function");
  if (function == "critic_eval") return critics(in);
  if (function == "prm_first_error") return first_error(in);
  throw Error::input("unknown function of ProcessBench").found(function);
}

}  // namespace

void verify_processbench(Adapters& adapters) {
  adapters.add("processbench", "main / single_process, with the model and dataset stubbed", run);
}

}  // namespace gradus
