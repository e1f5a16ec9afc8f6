// Padded tensors of a golden file as a RolloutBatch in float64, and back.
//
//   DenseBatch dense(inputs.at("mask"), inputs.at("group"));   // mask [B][T] of 0 / 1 or booleans
//   dense.put("token.reward", inputs.at("token_rewards"));     // [B][T]
//   dense.put("rollout.outcome", inputs.at("acc"));            // [B]
//   dense.run("credit.grpo", {{"into", "advantage"}});
//   Json out = dense.get("token.advantage");                   // [B][T], 0 where missing
//
// A row is a rollout; a run of equal mask values in it is a step: `act` where the mask is 1, `observe` (gaps
// and padding) where it is 0.
#pragma once

#include <vector>

#include "gradus/base/json.h"
#include "gradus/rollout/batch.h"
#include "gradus/rollout/operator.h"

namespace gradus {

using Matrix = std::vector<std::vector<double>>;

std::vector<double> numbers_of(const Json& list);  // [N]
Matrix matrix_of(const Json& lists);               // [B][T]

// Equal JSON values share a group; null: every row its own.
std::vector<int64_t> group_ids(const Json& groups, size_t rows);

class DenseBatch {
 public:
  // Groups: any JSON values, equal ones share a group; null: every row its own.
  DenseBatch(const Json& mask, const Json& groups);
  explicit DenseBatch(RolloutBatch made) : batch(std::move(made)) {}

  RolloutBatch batch;

  void put(const std::string& column, const Json& values);  // NaN and null: missing
  // One step per row at most: the values of a step column by row, for rows that are single steps.
  Json get(const std::string& column) const;
  void run(const std::string& op, const Json& params);  // a registered operator, by name
  void run_chain(const std::string& chain, const Json& parameters = Json::object());  // "METHOD/CHAIN"
};

// The values of a column, null where missing.
Json list_of(const Column& column);
void put_column(RolloutBatch& batch, const std::string& column, const std::vector<double>& values);

// A batch whose rollouts have steps of `lengths[r][k]` tokens each, all of kind `act`.
RolloutBatch ragged_batch(const std::vector<std::vector<size_t>>& lengths,
                          const std::vector<int64_t>& groups);

void run_operator(RolloutBatch& batch, const std::string& op, const Json& params);
// The chain of a method (gradus/method/method.h), which is what everybody runs.
void run_chain(RolloutBatch& batch, const std::string& chain, const Json& parameters = Json::object(),
               const OperatorContext& context = {});

}  // namespace gradus
