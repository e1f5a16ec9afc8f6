#include "gradus/env/calculator/dataflow.h"

namespace gradus::calculator {
namespace {

struct Flow {
  std::vector<std::optional<bool>> useful;
  size_t computed = 0;  // nodes of the chain that need no further call before the answer
};

Flow follow(const Chain& chain, const Trace& trace) {
  const std::vector<Operation> nodes = chain.nodes();
  Flow flow{.useful = std::vector<std::optional<bool>>(trace.events.size())};
  bool answered = false;
  for (size_t i = 0; i < trace.events.size(); ++i) {
    const Event& event = trace.events[i];
    if (event.kind == EventKind::answer) answered = answered || event.result;
    if (event.kind != EventKind::call || !event.ok()) continue;
    flow.useful[i] = false;
    for (size_t node = flow.computed; node < nodes.size() && !answered; ++node) {
      if (!same_computation(nodes[node], *event.call)) continue;
      flow.useful[i] = true;
      flow.computed = node + 1;
      break;
    }
  }
  return flow;
}

}  // namespace

std::vector<std::optional<bool>> useful_calls(const Chain& chain, const Trace& trace) {
  return follow(chain, trace).useful;
}

std::optional<bool> grounded(const Chain& chain, const Trace& trace) {
  if (!trace.answer) return std::nullopt;
  return follow(chain, trace).computed == chain.operations.size();
}

}  // namespace gradus::calculator
