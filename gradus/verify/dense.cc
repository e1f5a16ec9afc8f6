#include "gradus/verify/dense.h"

#include "gradus/learn/operators.h"
#include "gradus/method/method.h"
#include "gradus/rollout/pipeline.h"
#include "gradus/verify/golden.h"

namespace gradus {

namespace {

RolloutBatch batch_of(const Json& mask, const Json& groups) {
  RolloutShape shape{group_ids(groups, mask.size()), {0}, {0}, {}};
  for (const Json& row : mask) {
    for (size_t t = 0; t < row.size(); ++t) {
      const bool on = golden_number(row[t]) != 0;
      if (t == 0 || on != (golden_number(row[t - 1]) != 0)) {
        shape.kinds.push_back(on ? StepKind::act : StepKind::observe);
        shape.token_offsets.push_back(shape.token_offsets.back());
      }
      ++shape.token_offsets.back();
    }
    shape.step_offsets.push_back(static_cast<int64_t>(shape.kinds.size()));
  }
  RolloutBatch batch(std::move(shape));
  batch.set_precision(Precision::full);
  return batch;
}

void flatten(const Json& values, std::vector<double>& out) {
  if (values.is_array()) {
    for (const Json& value : values) flatten(value, out);
  } else {
    out.push_back(values.is_null() ? std::numeric_limits<double>::quiet_NaN() : golden_number(values));
  }
}

}  // namespace

std::vector<double> numbers_of(const Json& list) {
  std::vector<double> out;
  flatten(list, out);
  return out;
}

Matrix matrix_of(const Json& lists) {
  Matrix out;
  for (const Json& row : lists) out.push_back(numbers_of(row));
  return out;
}

std::vector<int64_t> group_ids(const Json& groups, size_t rows) {
  std::vector<int64_t> ids;
  std::vector<Json> seen;
  for (size_t r = 0; r < rows; ++r) {
    if (groups.is_null()) {
      ids.push_back(static_cast<int64_t>(r));
      continue;
    }
    const Json& group = groups.at(r);
    size_t at = 0;
    while (at < seen.size() && seen[at] != group) ++at;
    if (at == seen.size()) seen.push_back(group);
    ids.push_back(static_cast<int64_t>(at));
  }
  return ids;
}

DenseBatch::DenseBatch(const Json& mask, const Json& groups) : batch(batch_of(mask, groups)) {}

void DenseBatch::put(const std::string& name, const Json& values) {
  put_column(batch, name, numbers_of(values));
}

Json DenseBatch::get(const std::string& name) const {
  const Column& column = batch.column(name);
  Json out = Json::array();
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    const auto [begin, end] = batch.range(column.level(), r);
    if (column.level() == Level::rollout) {
      out.push_back(column.valid(r) ? column[r] : 0.0);
      continue;
    }
    Json row = Json::array();
    for (size_t i = begin; i < end; ++i) row.push_back(column.valid(i) ? column[i] : 0.0);
    out.push_back(std::move(row));
  }
  return out;
}

void DenseBatch::run(const std::string& op, const Json& params) {
  run_operator(batch, op, params);
}

void DenseBatch::run_chain(const std::string& chain, const Json& parameters) {
  gradus::run_chain(batch, chain, parameters);
}

Json list_of(const Column& column) {
  Json out = Json::array();
  for (size_t i = 0; i < column.size(); ++i) out.push_back(column.valid(i) ? Json(column[i]) : Json());
  return out;
}

void put_column(RolloutBatch& batch, const std::string& name, const std::vector<double>& values) {
  Column& column = batch.add_column(name);
  if (values.size() != column.size()) {
    throw Error::input("golden inputs do not fit together")
        .field(name)
        .found(std::to_string(values.size()))
        .expected(std::to_string(column.size()));
  }
  for (size_t i = 0; i < values.size(); ++i) column.set(i, values[i]);
}

RolloutBatch ragged_batch(const std::vector<std::vector<size_t>>& lengths,
                          const std::vector<int64_t>& groups) {
  RolloutShape shape{groups, {0}, {0}, {}};
  for (const std::vector<size_t>& steps : lengths) {
    for (const size_t tokens : steps) {
      shape.kinds.push_back(StepKind::act);
      shape.token_offsets.push_back(shape.token_offsets.back() + static_cast<int64_t>(tokens));
    }
    shape.step_offsets.push_back(static_cast<int64_t>(shape.kinds.size()));
  }
  RolloutBatch batch(std::move(shape));
  batch.set_precision(Precision::full);
  return batch;
}

void run_operator(RolloutBatch& batch, const std::string& op, const Json& params) {
  operators().make(op, params)->apply(batch, {});
}

void run_chain(RolloutBatch& batch, const std::string& chain, const Json& parameters,
               const OperatorContext& context) {
  Pipeline pipeline(operators(), batch.column_names());
  for (const RecipeStep& step : filled(find_chain(chain).chain, parameters, {}))
    pipeline.add(step.op, step.params, step.place);
  pipeline.apply(batch, context);
}

}  // namespace gradus
