// Batches from padded (rollouts, tokens) masks.
#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <optional>

#include "python/src/batch.h"
#include "python/src/groups.h"
#include "python/src/tensor.h"

namespace gradus::python {

namespace {

// One row at a time, so that the bytes between the passes stay in the cache.
class Steps {
 public:
  Steps(size_t width, RolloutShape& shape) : trained_(width), ends_(width), shape_(shape) {}

  void mask(const Tensor& mask, size_t row) {
    bool fine = true;
    mask.with_row(row, [&](const auto* values, int64_t stride) {
      for (size_t t = 0; t < trained_.size(); ++t) {
        const auto value = values[static_cast<int64_t>(t) * stride];
        trained_[t] = value != 0;
        fine &= value == 0 || value == 1;
      }
      if (!fine) refuse(values, stride, row);
    });
  }

  void ends(const Tensor& ends, size_t row) {
    ends.with_row(row, [&](const auto* values, int64_t stride) {
      for (size_t t = 0; t < ends_.size(); ++t) ends_[t] = values[static_cast<int64_t>(t) * stride] != 0;
    });
  }

  void ids(const Tensor& ids, size_t row) {
    ids.with_row(row, [&](const auto* values, int64_t stride) {
      for (size_t t = 0; t + 1 < ends_.size(); ++t) {
        ends_[t] = values[static_cast<int64_t>(t) * stride] != values[static_cast<int64_t>(t + 1) * stride];
      }
    });
  }

  // Appends the steps of the row: runs of the mask, trained ones split where a step ends.
  void close() {
    const size_t width = trained_.size();
    for (size_t begin = 0; begin < width;) {
      const bool trained = trained_[begin] != 0;
      const size_t turn = find(trained_, begin, width, trained ? 0 : 1);
      while (trained && begin < turn) {
        begin = std::min(find(ends_, begin, turn, 1) + 1, turn);
        add(begin, StepKind::act);
      }
      if (!trained) add(turn, StepKind::observe);
      begin = turn;
    }
    before_ += width;
    shape_.step_offsets.push_back(static_cast<int64_t>(shape_.kinds.size()));
  }

 private:
  static size_t find(const std::vector<uint8_t>& bytes, size_t begin, size_t end, int byte) {
    const void* const found = std::memchr(bytes.data() + begin, byte, end - begin);
    return found == nullptr ? end : static_cast<size_t>(static_cast<const uint8_t*>(found) - bytes.data());
  }

  void add(size_t end, StepKind kind) {
    shape_.kinds.push_back(kind);
    shape_.token_offsets.push_back(static_cast<int64_t>(before_ + end));
  }

  template <class T>
  [[noreturn]] void refuse(const T* values, int64_t stride, size_t row) const {
    size_t t = 0;
    const auto value = [&] { return values[static_cast<int64_t>(t) * stride]; };
    while (value() == 0 || value() == 1) ++t;
    throw Error::input("a mask is made of 0 and 1")
        .field("mask")
        .found(fmt::format("{} at row {}, position {}", value(), row, t))
        .expected("1 where a token is trained, 0 where it is not");
  }

  std::vector<uint8_t> trained_, ends_;
  size_t before_ = 0;  // tokens of the rows before
  RolloutShape& shape_;
};

std::optional<Tensor> marks(nb::handle given, const char* name, size_t rows, size_t width) {
  if (given.is_none()) return std::nullopt;
  Tensor tensor(given, name);
  tensor.require_shape({rows, width});
  return tensor;
}

}  // namespace

std::unique_ptr<Batch> batch_from_dense(nb::handle mask, nb::handle group, nb::handle step_ends,
                                        nb::handle step_ids) {
  if (!step_ends.is_none() && !step_ids.is_none()) {
    throw Error::input("step_ends and step_ids both say where steps end").hint("give one of them");
  }
  const Tensor trained(mask, "mask");
  trained.require_dimensions(2);
  const size_t rows = trained.shape()[0], width = trained.shape()[1];
  const std::optional<Tensor> ends = marks(step_ends, "step_ends", rows, width);
  const std::optional<Tensor> ids = marks(step_ids, "step_ids", rows, width);
  RolloutShape shape{groups_of(group, rows), {0}, {0}, {}};
  Steps steps(width, shape);
  for (size_t row = 0; row < rows; ++row) {
    steps.mask(trained, row);
    if (ends) steps.ends(*ends, row);
    if (ids) steps.ids(*ids, row);
    steps.close();
  }
  auto batch = std::make_unique<Batch>(RolloutBatch(std::move(shape)), !group.is_none());
  batch->dense = true;
  batch->width = width;
  return batch;
}

}  // namespace gradus::python
