// P11: sampling against torch eager with a cache of keys and values, on one core, the same weights and random
// numbers.
//
//   OPENBLAS_NUM_THREADS=1 build/sampling_bench   # width 96, 3 layers, 160 rollouts of 20 + 40 tokens
//
// Outputs are compared first: the share of equal tokens, and the largest difference of the log-probabilities
// up to the first token that differs. Then pairs of one call each, in turn; prints the median of peer over
// ours and the quartiles. Processor time of the thread: other programs on the machine do not count.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <time.h>
#include <torch/torch.h>
#include <vector>

#include "gradus/base/random.h"
#include "gradus/model/cpu/cpu_transformer.h"
#include "gradus/model/cpu/kernels.h"
#include "gradus/model/generation.h"

namespace {

using namespace gradus;

constexpr TransformerShape kShape{.vocabulary = 60, .context = 96, .layers = 3, .heads = 4, .width = 96};
constexpr int64_t kRollouts = 160, kGroup = 8, kPrompt = 20, kResponse = 40, kPairs = 15;

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Work {
  std::vector<std::vector<int32_t>> prompts;  // one length, so that the peer needs no padding
  std::vector<SampleRequest> requests;
  NetworkState state;
};

Work make_work() {
  Work out;
  Stream stream(1);
  for (int64_t p = 0; p < kRollouts / kGroup; ++p) {
    out.prompts.emplace_back();
    for (int64_t i = 0; i < kPrompt; ++i)
      out.prompts.back().push_back(static_cast<int32_t>(stream.between(3, 59)));
  }
  for (int64_t r = 0; r < kRollouts; ++r)
    out.requests.push_back({out.prompts[static_cast<size_t>(r / kGroup)], stream.next()});
  out.state = make_cpu_transformer(kShape, 1)->state();
  // The end is never drawn: both sides sample every token of every row.
  const TransformerLayout layout(kShape);
  out.state.weights[static_cast<size_t>(layout.final_norm.bias.at)] = 30;
  for (int64_t c = 0; c < layout.columns; ++c)
    out.state.weights[static_cast<size_t>(layout.head.at + c * kShape.width)] = c == 0 ? -5.0f : 0.0f;
  return out;
}

// What one writes in torch: batched, keys and values of all rows in one tensor a layer, filled in place.
class Peer {
 public:
  explicit Peer(const Work& work) : work_(work), layout_(kShape) {
    flat_ = torch::from_blob(const_cast<float*>(work.state.weights.data()),
                             {static_cast<int64_t>(work.state.weights.size())})
                .clone();
    for (int layer = 0; layer < kShape.layers; ++layer) {
      cache_.push_back(torch::zeros({2, kRollouts, kShape.heads, kPrompt + kResponse, head_width()}));
    }
  }

  std::vector<Sample> run() {
    const torch::InferenceMode inference;
    std::vector<Sample> out(static_cast<size_t>(kRollouts));
    std::vector<Stream> streams;
    torch::Tensor uniform = torch::empty({kRollouts, kResponse}, torch::kDouble);
    for (int64_t r = 0; r < kRollouts; ++r) {
      Stream stream(work_.requests[static_cast<size_t>(r)].key);
      for (int64_t t = 0; t < kResponse; ++t)
        uniform.data_ptr<double>()[r * kResponse + t] = stream.uniform();
    }
    torch::Tensor tokens = torch::empty({kRollouts, kPrompt}, torch::kLong);
    for (int64_t r = 0; r < kRollouts; ++r) {
      for (int64_t i = 0; i < kPrompt; ++i)
        tokens.data_ptr<int64_t>()[r * kPrompt + i] =
            work_.requests[static_cast<size_t>(r)].prompt[static_cast<size_t>(i)];
    }
    std::vector<torch::Tensor> said, logprobs;
    for (int64_t t = 0, seen = 0; t < kResponse; ++t) {
      const torch::Tensor logits = forward(tokens, seen);
      seen += tokens.size(1);
      const torch::Tensor all = torch::log_softmax(logits, 1);
      const torch::Tensor mass = all.to(torch::kDouble).exp().cumsum(1);
      const torch::Tensor left = (uniform.select(1, t) * mass.select(1, mass.size(1) - 1)).unsqueeze(1);
      const torch::Tensor chosen = (mass <= left).sum(1, true).clamp_max(layout_.columns - 1);
      said.push_back(chosen);
      logprobs.push_back(all.gather(1, chosen));
      tokens = chosen + kFirstSayable;
    }
    const torch::Tensor every = torch::cat(said, 1).contiguous(),
                        scores = torch::cat(logprobs, 1).contiguous();
    for (int64_t r = 0; r < kRollouts; ++r) {
      for (int64_t t = 0; t < kResponse; ++t) {
        Sample& sample = out[static_cast<size_t>(r)];
        sample.tokens.push_back(static_cast<int32_t>(every.data_ptr<int64_t>()[r * kResponse + t]) +
                                kFirstSayable);
        sample.logprob.push_back(scores.data_ptr<float>()[r * kResponse + t]);
      }
    }
    return out;
  }

 private:
  using Slot = TransformerLayout::Slot;
  int64_t head_width() const { return kShape.width / kShape.heads; }
  torch::Tensor at(const Slot& slot) const {
    const torch::Tensor part = flat_.narrow(0, slot.at, slot.size());
    return slot.rows == 1 ? part : part.view({slot.rows, slot.columns});
  }
  torch::Tensor linear(const torch::Tensor& x, const TransformerLayout::Linear& l) const {
    return torch::linear(x, at(l.weight), at(l.bias));
  }
  torch::Tensor normalise(const torch::Tensor& x, const TransformerLayout::Norm& n) const {
    return torch::layer_norm(x, {kShape.width}, at(n.gain), at(n.bias), 1e-5);
  }

  // Logits after the last of `tokens` [rows, count], which stand at `seen` and on.
  torch::Tensor forward(const torch::Tensor& tokens, int64_t seen) {
    const int64_t count = tokens.size(1), end = seen + count;
    torch::Tensor x =
        torch::embedding(at(layout_.embedding), tokens) + at(layout_.position).narrow(0, seen, count);
    for (size_t layer = 0; layer < cache_.size(); ++layer) {
      const TransformerLayout::Block& block = layout_.blocks[layer];
      const torch::Tensor qkv = linear(normalise(x, block.attention_norm), block.qkv)
                                    .view({kRollouts, count, 3, kShape.heads, head_width()})
                                    .permute({2, 0, 3, 1, 4});
      cache_[layer].narrow(3, seen, count).copy_(qkv.narrow(0, 1, 2));
      const torch::Tensor keys = cache_[layer][0].narrow(2, 0, end),
                          values = cache_[layer][1].narrow(2, 0, end);
      torch::Tensor scores =
          torch::matmul(qkv[0], keys.transpose(2, 3)) / std::sqrt(static_cast<double>(head_width()));
      if (count > 1) scores = scores + torch::full({count, end}, -1e9).triu(seen + 1);
      const torch::Tensor mixed = torch::matmul(torch::softmax(scores, -1), values);
      x = x + linear(mixed.transpose(1, 2).reshape({kRollouts, count, kShape.width}), block.projection);
      x = x + linear(torch::gelu(linear(normalise(x, block.mlp_norm), block.up)), block.down);
    }
    return torch::linear(normalise(x.select(1, count - 1), layout_.final_norm), at(layout_.head));
  }

  const Work& work_;
  TransformerLayout layout_;
  torch::Tensor flat_;
  std::vector<torch::Tensor> cache_;  // per layer: [keys and values, rows, heads, places, head width]
};

void compare(const std::vector<Sample>& a, const std::vector<Sample>& b) {
  size_t equal = 0, total = 0;
  double worst = 0;
  for (size_t r = 0; r < a.size(); ++r) {
    bool together = true;  // a token that fell the other way changes all that follow
    for (size_t t = 0; t < b[r].tokens.size(); ++t, ++total) {
      together = together && a[r].tokens[t] == b[r].tokens[t];
      equal += together;
      if (together) worst = std::max(worst, std::abs(double{a[r].logprob[t]} - b[r].logprob[t]));
    }
  }
  fmt::print("outputs: {} of {} tokens equal, log-probabilities within {:.1e}\n", equal, total, worst);
}

}  // namespace

int main() {
  at::set_num_threads(1);
  fmt::print("{}\npeer: libtorch {} eager, one thread\n", describe_kernels(), TORCH_VERSION);
  const Work work = make_work();
  const auto network = make_cpu_transformer(kShape, 1);
  network->restore(work.state);
  Peer peer(work);
  const auto ours = [&] { return generate(*network, work.requests, {.max_tokens = kResponse}, {}); };
  compare(ours(), peer.run());
  std::vector<double> ratios, seconds;
  for (int64_t pair = 0; pair < kPairs; ++pair) {
    const double start = processor_seconds();
    ours();
    const double middle = processor_seconds();
    peer.run();
    seconds.push_back(middle - start);
    ratios.push_back((processor_seconds() - middle) / (middle - start));
  }
  std::ranges::sort(ratios);
  std::ranges::sort(seconds);
  fmt::print(
      "P11 sampling {} x ({} + {}) tokens: ours {:.1f} ms, peer / ours {:.2f} [{:.2f}, {:.2f}], wanted 5\n",
      kRollouts, kPrompt, kResponse, 1e3 * seconds[kPairs / 2], ratios[kPairs / 2], ratios[kPairs / 4],
      ratios[kPairs - 1 - kPairs / 4]);
}
