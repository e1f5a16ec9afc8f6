// Batches from padded (rollouts, tokens) masks.
#include <fmt/format.h>

#include "python/src/batch.h"
#include "python/src/groups.h"
#include "python/src/tensor.h"

namespace gradus::python {

namespace {

// Per token: whether it is trained, and whether a step ends with it.
struct Marks {
  std::vector<uint8_t> trained, ends;
};

Marks read_mask(const Tensor& mask) {
  Marks marks;
  marks.trained.resize(mask.size());
  const size_t width = mask.shape()[1];
  mask.for_each([&](size_t row, size_t t, auto value) {
    const bool one = value == 1;
    if (!one && value != 0) {
      throw Error::input("a mask is made of 0 and 1")
          .field("mask")
          .found(fmt::format("{} at row {}, position {}", value, row, t))
          .expected("1 where a token is trained, 0 where it is not");
    }
    marks.trained[row * width + t] = one;
  });
  return marks;
}

void read_ends(const Tensor& ends, Marks& marks) {
  const size_t width = ends.shape()[1];
  marks.ends.assign(marks.trained.size(), 0);
  ends.for_each([&](size_t row, size_t t, auto value) { marks.ends[row * width + t] = value != 0; });
}

void read_ids(const Tensor& ids, Marks& marks) {
  const size_t width = ids.shape()[1];
  marks.ends.assign(marks.trained.size(), 0);
  double last = 0;
  ids.for_each([&](size_t row, size_t t, auto value) {
    const auto id = static_cast<double>(value);
    if (t > 0 && id != last) marks.ends[row * width + t - 1] = 1;
    last = id;
  });
}

RolloutShape shape_of(const Marks& marks, size_t rows, size_t width, std::vector<int64_t> groups) {
  RolloutShape shape{std::move(groups), {0}, {0}, {}};
  shape.step_offsets.reserve(rows + 1);
  const auto close = [&](size_t end, bool trained) {
    shape.kinds.push_back(trained ? StepKind::act : StepKind::observe);
    shape.token_offsets.push_back(static_cast<int64_t>(end));
  };
  for (size_t row = 0; row < rows; ++row) {
    const size_t begin = row * width, end = begin + width;
    for (size_t t = begin; t < end; ++t) {
      const bool trained = marks.trained[t] != 0;
      const bool turn = t + 1 == end || marks.trained[t + 1] != marks.trained[t];
      if (turn || (trained && !marks.ends.empty() && marks.ends[t] != 0)) close(t + 1, trained);
    }
    shape.step_offsets.push_back(static_cast<int64_t>(shape.kinds.size()));
  }
  return shape;
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
  std::vector<int64_t> groups = groups_of(group, rows);
  Marks marks = read_mask(trained);
  if (!step_ends.is_none()) {
    const Tensor ends(step_ends, "step_ends");
    ends.require_shape({rows, width});
    read_ends(ends, marks);
  } else if (!step_ids.is_none()) {
    const Tensor ids(step_ids, "step_ids");
    ids.require_shape({rows, width});
    read_ids(ids, marks);
  }
  auto batch = std::make_unique<Batch>(RolloutBatch(shape_of(marks, rows, width, std::move(groups))),
                                       !group.is_none());
  batch->dense = true;
  batch->width = width;
  return batch;
}

}  // namespace gradus::python
