// Golden functions of compute_optimal: difficulty levels, and the beam search of compute-optimal-tts.
#include <fmt/format.h>

#include "gradus/eval/difficulty.h"
#include "gradus/search/beam.h"
#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

constexpr size_t kTokens = 3;  // of every step in the golden trees

std::string name_of(const std::vector<size_t>& path) {
  std::string out;
  for (const size_t child : path) out += fmt::format("{}a{}", out.empty() ? "" : "/", child);
  return out;
}

Verified search(const Json& in, const Verifying&) {
  const Json& nodes = in.at("nodes");
  const Beam beam{.width = golden_count(in.at("tree_max_width")),
                  .beam = golden_count(in.at("beam_size")),
                  .depth = golden_count(in.at("max_depth"))};
  const BeamResult found = beam_search(beam, [&](const std::vector<size_t>& path, size_t count) {
    std::vector<Proposal> out;
    for (size_t i = 0; i < count; ++i) {
      std::vector<size_t> child = path;
      child.push_back(i);
      const Json& node = nodes.at(name_of(child));
      out.push_back({golden_number(node.at("value")), node.at("terminated").get<bool>()});
    }
    return out;
  });
  Json paths = Json::array(), values = Json::array(), histories = Json::array();
  for (const FoundPath& path : found.paths) {
    paths.push_back(name_of(path.children));
    values.push_back(path.scores.back());
    histories.push_back(path.scores);
  }
  const size_t tokens = kTokens * found.proposals;
  return {{{"paths", paths},
           {"values", values},
           {"reward_history", histories},
           {"api_tokens", tokens},
           {"tree_tokens", tokens}}};
}

}  // namespace

void verify_compute_optimal(Adapters& adapters) {
  adapters.add("compute_optimal", "compute_level", [](const Json& in, const Verifying&) -> Verified {
    return {{{"level", difficulty_level(golden_number(in.at("value")), numbers_of(in.at("quintiles")))}}};
  });
  adapters.add("compute_optimal", "SearchTree.beam_search", search);
}

}  // namespace gradus
