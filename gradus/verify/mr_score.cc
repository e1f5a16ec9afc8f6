// Golden functions of MR-GSM8K (arXiv 2312.17080) and Mr-Ben (arXiv 2406.13975): graded records, and scores
// from counts.
#include "gradus/eval/benchmarks/mr_score.h"

#include "gradus/base/error.h"
#include "gradus/base/text.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

// Where the released code divides by zero.
double exists(Share share) {
  if (share) return *share;
  throw Error::input("the released code divides by zero here");
}

Json stats_json(const MrCounts& c, bool with_found) {
  Json out = {{"t1-tp", c.tp},
              {"t1-tn", c.tn},
              {"t1-fp", c.fp()},
              {"t1-fn", c.fn()},
              {"t1-recall", exists(c.recall())},
              {"t1-precision", exists(c.precision())}};
  if (with_found) out["t1-fpr"] = exists(c.wrong_found());
  out["t2-accuracy"] = exists(c.step_accuracy());
  out["t3-accuracy-auto"] = exists(c.reason_accuracy());
  return out;
}

MrAnswer answer_of(const Json& record) {
  const Json& judged = record.at("Evaluation_Result");
  MrAnswer answer{judged.at("solution_correctness"), judged.at("first_error_step"), ""};
  if (record.contains("Error_Reason_Correctness_Analysis")) {
    answer.reason = record.at("Error_Reason_Correctness_Analysis").at("error_reason_correctness");
  }
  return answer;
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

MrCounts counts_of(const Json& basic, const Json& totals) {
  return {.tp = basic.at("t1-tp"),
          .tn = basic.at("t1-tn"),
          .steps = basic.at("t2_corr_num"),
          .reasons = basic.at("t3_corr_num_auto"),
          .right = totals.at("correct_sol_num"),
          .wrong = totals.at("incorrect_sol_num")};
}

Verified scored(const MrCounts& counts, bool with_found, std::optional<double> mcc_or) {
  Json out = {{"basic",
               {{"t1-tp", counts.tp},
                {"t1-tn", counts.tn},
                {"t2_corr_num", counts.steps},
                {"t3_corr_num_auto", counts.reasons}}},
              {"stats", stats_json(counts, with_found)}};
  const Share mcc = counts.mcc() ? counts.mcc() : mcc_or;
  if (!mcc) {
    out["error"] = "ZeroDivisionError";
  } else {
    out["mcc"] = *mcc;
    out["mr_score"] = exists(mr_score(counts, mcc_or));
  }
  return {out};
}

Verified gsm8k(const Json& in) {
  MrCounts counts;
  for (const Json& record : in.at("records")) {
    MrTruth truth{
        .right = lower_case(record.at("model_output_solution_correctness").get<std::string>()) == "correct",
        .step = text_of(record.at("model_output_solution_first_error_step"))};
    counts.add(truth.right, judge_answer(truth, answer_of(record), MrRule::gsm8k));
  }
  return scored(counts, true, std::nullopt);
}

Verified ben(const Json& in) {
  Json scores = Json::object();
  for (const auto& [subject, records] : in.at("records_by_subject").items()) {
    MrCounts counts;
    for (const Json& record : records) {
      MrTruth truth{.right = record.at("Model_Solution_Correctness") == "correct",
                    .step = text_of(record.at("Model_Solution_First_Error_Step")),
                    .coding = subject == "coding"};
      counts.add(truth.right, judge_answer(truth, answer_of(record), MrRule::ben));
    }
    exists(counts.recall());
    exists(counts.precision());
    scores[subject] = exists(mr_score(counts, 0.0));
  }
  return {{{"mr_score_by_subject", scores}}};
}

Verified run(const Json& in, const Verifying&) {
  const std::string function = in.at("function");
  if (function == "mr_gsm8k") return gsm8k(in);
  if (function == "mr_gsm8k_counts") return scored(counts_of(in.at("basic"), in), true, std::nullopt);
  if (function == "mr_ben") return ben(in);
  if (function == "mr_ben_counts") return scored(counts_of(in.at("basic"), in.at("basic")), false, 0.0);
  throw Error::input("unknown function of MR-Score").found(function);
}

}  // namespace

void verify_mr_score(Adapters& adapters) {
  adapters.add("mr_score",
               "MCC_score, get_mr_score, construct_eval_stats, process_eval_results; calculate_mr_score",
               run);
}

}  // namespace gradus
