#include "gradus/model/torch/generation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "gradus/base/error.h"
#include "gradus/base/random.h"
#include "gradus/model/torch/attention.h"

namespace gradus {

namespace {

// Bounds the memory for keys and values (some 150 KiB a row at width 96); more rows at once are no faster.
constexpr size_t kRowsAtOnce = 512;

// A token drawn from logits, and its log-probability at temperature 1.
struct Draw {
  int32_t token;
  float logprob;
};

// `mass` is working memory of the size of `logits`.
Draw draw(std::span<const float> logits, double temperature, Stream& stream, std::vector<double>& mass) {
  const size_t best = static_cast<size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
  const double top = logits[best];
  if (!std::isfinite(top))
    throw Error::internal("the policy's logits are not finite: its weights have diverged");
  double total = 0;
  for (size_t i = 0; i < logits.size(); ++i) total += mass[i] = std::exp(logits[i] - top);
  const double log_total = std::log(total);
  size_t chosen = best;
  if (temperature > 0) {
    if (temperature != 1) {
      total = 0;
      for (size_t i = 0; i < logits.size(); ++i) total += mass[i] = std::exp((logits[i] - top) / temperature);
    }
    double left = stream.uniform() * total;
    for (chosen = 0; chosen + 1 < logits.size(); ++chosen) {
      left -= mass[chosen];
      if (left < 0) break;
    }
    if (mass[chosen] == 0) chosen = best;  // rounding at the very end of the distribution
  }
  return {static_cast<int32_t>(chosen) + kFirstSayable, static_cast<float>(logits[chosen] - top - log_total)};
}

class Generation {
 public:
  Generation(const Transformer& model, std::span<const SampleRequest> requests,
             const SamplingOptions& options, const Observer& observer)
      : model_(model), requests_(requests), options_(options), observer_(observer), out_(requests.size()) {}

  std::vector<Sample> run() {
    read_prompts();
    while (!active_.empty()) step();
    return std::move(out_);
  }

 private:
  struct Row {
    Stream stream;
    AttentionSegment segment;  // prefix: the prompt but its last token; own: that token and the response
    size_t fed = 0;            // tokens of (last prompt token, response...) whose keys are in memory
  };

  void read_prompts();
  void step();
  void advance(size_t row, std::span<const float> logits);
  void take(size_t row, int32_t token, float logprob, bool observed);
  bool done(size_t row) const {
    return out_[row].finished || out_[row].tokens.size() >= static_cast<size_t>(options_.max_tokens);
  }

  const Transformer& model_;
  std::span<const SampleRequest> requests_;
  const SamplingOptions& options_;
  const Observer& observer_;
  std::vector<Sample> out_;
  std::vector<Row> rows_;
  std::vector<size_t> active_;
  std::vector<torch::Tensor> memory_;  // per layer: [rows, keys and values]
  std::vector<double> mass_;
};

// The prompts but their last tokens go through the model at once. Those last tokens are the first that the
// rows feed.
void Generation::read_prompts() {
  PackedRows prompts;
  std::map<std::vector<int32_t>, int64_t> first_row;
  for (const SampleRequest& request : requests_) {
    const auto head = request.prompt.first(request.prompt.size() - 1);
    const auto [it, fresh] = first_row.try_emplace(std::vector<int32_t>(head.begin(), head.end()), 0);
    if (fresh && !head.empty()) it->second = prompts.add_prompt(head);
  }
  while (prompts.rows() < model_.whole_rows(prompts.rows())) {
    prompts.tokens.push_back(0);
    prompts.positions.push_back(0);
  }
  int64_t memory = prompts.rows();
  for (size_t i = 0; i < requests_.size(); ++i) {
    const auto head = requests_[i].prompt.first(requests_[i].prompt.size() - 1);
    Row row{Stream(requests_[i].key), {}};
    row.segment.prefix = first_row.at(std::vector<int32_t>(head.begin(), head.end()));
    row.segment.prefix_size = static_cast<int64_t>(head.size());
    row.segment.own = memory;
    row.segment.query_size = 1;
    memory += options_.max_tokens;
    rows_.push_back(row);
    active_.push_back(i);
  }
  const int64_t width = model_.shape().width;
  for (int layer = 0; layer < model_.shape().layers; ++layer) {
    memory_.push_back(torch::empty({memory, 2 * width}, model_.weights().options()));
  }
  const Transformer::Attend attend = [&](int layer, const torch::Tensor& qkv) {
    memory_[static_cast<size_t>(layer)].narrow(0, 0, qkv.size(0)).copy_(qkv.narrow(1, width, 2 * width));
    return packed_attention(qkv, prompts.segments, model_.shape().heads);
  };
  const torch::Tensor one = torch::zeros({1}, torch::kLong).to(model_.device());
  model_.run(prompts.tokens, prompts.positions, attend, one);
  mass_.resize(static_cast<size_t>(model_.shape().vocabulary - kFirstSayable));
}

// Feeds one token of every active row.
void Generation::step() {
  const size_t lines = static_cast<size_t>(model_.whole_rows(static_cast<int64_t>(active_.size())));
  std::vector<int64_t> tokens(lines, 0), positions(lines, 0), places;
  std::vector<AttentionSegment> segments;
  for (size_t line = 0; line < active_.size(); ++line) {
    Row& row = rows_[active_[line]];
    const auto prompt = requests_[active_[line]].prompt;
    tokens[line] = row.fed == 0 ? prompt.back() : out_[active_[line]].tokens[row.fed - 1];
    positions[line] = static_cast<int64_t>(prompt.size() - 1 + row.fed);
    places.push_back(row.segment.own + static_cast<int64_t>(row.fed));
    row.segment.own_size = static_cast<int64_t>(++row.fed);
    row.segment.query = static_cast<int64_t>(line);
    segments.push_back(row.segment);
  }
  const int64_t width = model_.shape().width, used = static_cast<int64_t>(active_.size());
  const torch::Tensor place = torch::tensor(places, torch::kLong).to(model_.device());
  const Transformer::Attend attend = [&](int layer, const torch::Tensor& qkv) {
    torch::Tensor& memory = memory_[static_cast<size_t>(layer)];
    memory.index_copy_(0, place, qkv.narrow(0, 0, used).narrow(1, width, 2 * width));
    return last_attention(qkv.narrow(1, 0, width), memory, segments, model_.shape().heads);
  };
  const torch::Tensor logits = model_.run(tokens, positions, attend, {}).cpu();
  const size_t columns = mass_.size();
  const float* line = logits.data_ptr<float>();
  for (const size_t row : active_) {
    advance(row, {line, columns});
    line += columns;
  }
  std::erase_if(active_, [&](size_t row) { return done(row); });
}

// Draws the row's next token, unless observed ones still wait to be fed.
void Generation::advance(size_t row, std::span<const float> logits) {
  Sample& sample = out_[row];
  if (rows_[row].fed <= sample.tokens.size()) return;
  const Draw drawn = draw(logits, options_.temperature, rows_[row].stream, mass_);
  take(row, drawn.token, drawn.logprob, false);
  sample.finished = drawn.token == kEndToken;
  if (!observer_ || done(row)) return;
  for (const int32_t token : observer_(row, sample.tokens)) {
    if (token < 0 || token >= model_.shape().vocabulary) {
      throw Error::input("the environment observed a token that the policy does not know")
          .found(std::to_string(token))
          .expected("0.." + std::to_string(model_.shape().vocabulary - 1));
    }
    if (!done(row)) take(row, token, 0, true);
  }
}

void Generation::take(size_t row, int32_t token, float logprob, bool observed) {
  out_[row].tokens.push_back(token);
  out_[row].logprob.push_back(logprob);
  out_[row].observed.push_back(observed ? 1 : 0);
}

}  // namespace

std::vector<Sample> generate(const Transformer& model, std::span<const SampleRequest> requests,
                             const SamplingOptions& options, const Observer& observer) {
  if (requests.empty() || options.max_tokens <= 0) return std::vector<Sample>(requests.size());
  torch::InferenceMode inference;
  std::vector<Sample> out;
  for (size_t first = 0; first < requests.size(); first += kRowsAtOnce) {
    const Observer shifted = [&](size_t row, std::span<const int32_t> response) {
      return observer(first + row, response);
    };
    const auto part = requests.subspan(first, std::min(kRowsAtOnce, requests.size() - first));
    for (Sample& sample : Generation(model, part, options, observer ? shifted : observer).run()) {
      out.push_back(std::move(sample));
    }
  }
  return out;
}

}  // namespace gradus
