#include "gradus/model/generation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "gradus/base/error.h"
#include "gradus/base/random.h"
#include "gradus/model/cpu/row_kernel.h"

namespace gradus {

namespace {

// Bounds the memory for keys and values (some 150 KiB a row at width 96); more rows at once are no faster.
constexpr size_t kRowsAtOnce = 512;

// A token drawn from logits, and its log-probability at temperature 1.
struct Draw {
  int32_t token;
  float logprob;
};

// exp((logit - top) / temperature) of every logit into `mass`; their sum.
double weigh(std::span<const float> logits, float top, double temperature, std::vector<float>& mass) {
  const float scale = static_cast<float>(1 / temperature);
  for (size_t i = 0; i < logits.size(); ++i) mass[i] = (logits[i] - top) * scale;
  exponentials(mass.data(), static_cast<int64_t>(mass.size()), mass.data());
  double total = 0;
  for (const float share : mass) total += share;
  return total;
}

// `mass` is working memory of the size of `logits`.
Draw draw(std::span<const float> logits, double temperature, Stream& stream, std::vector<float>& mass) {
  const size_t best = static_cast<size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
  const float top = logits[best];
  if (!std::isfinite(top))
    throw Error::internal("the policy's logits are not finite: its weights have diverged");
  double total = weigh(logits, top, 1, mass);
  const double log_total = std::log(total);
  size_t chosen = best;
  if (temperature > 0) {
    if (temperature != 1) total = weigh(logits, top, temperature, mass);
    double left = stream.uniform() * total;
    for (size_t i = 0; i < logits.size() && left >= 0; ++i) {  // `best` stays where rounding left too much
      left -= mass[i];
      if (left < 0) chosen = i;
    }
  }
  const double logprob = static_cast<double>(logits[chosen]) - top - log_total;
  return {static_cast<int32_t>(chosen) + kFirstSayable, static_cast<float>(logprob)};
}

class Generation {
 public:
  Generation(Network& network, std::span<const SampleRequest> requests, const SamplingOptions& options,
             const Observer& observer)
      : network_(network),
        requests_(requests),
        options_(options),
        observer_(observer),
        out_(requests.size()) {}

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

  Network& network_;
  std::span<const SampleRequest> requests_;
  const SamplingOptions& options_;
  const Observer& observer_;
  std::vector<Sample> out_;
  std::vector<Row> rows_;
  std::vector<size_t> active_;
  std::vector<float> mass_;
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
  network_.remember(prompts, memory);
  mass_.resize(static_cast<size_t>(network_.shape().vocabulary - kFirstSayable));
}

// Feeds one token of every active row.
void Generation::step() {
  NextTokens next;
  for (const size_t active : active_) {
    Row& row = rows_[active];
    const auto prompt = requests_[active].prompt;
    next.tokens.push_back(row.fed == 0 ? prompt.back() : out_[active].tokens[row.fed - 1]);
    next.positions.push_back(static_cast<int64_t>(prompt.size() - 1 + row.fed));
    next.places.push_back(row.segment.own + static_cast<int64_t>(row.fed));
    row.segment.own_size = static_cast<int64_t>(++row.fed);
    row.segment.query = static_cast<int64_t>(next.segments.size());
    next.segments.push_back(row.segment);
  }
  const float* line = network_.next(next).data();
  const size_t columns = mass_.size();
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
    if (token < 0 || token >= network_.shape().vocabulary) {
      throw Error::input("the environment observed a token that the policy does not know")
          .found(std::to_string(token))
          .expected("0.." + std::to_string(network_.shape().vocabulary - 1));
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

std::vector<Sample> generate(Network& network, std::span<const SampleRequest> requests,
                             const SamplingOptions& options, const Observer& observer) {
  if (requests.empty() || options.max_tokens <= 0) return std::vector<Sample>(requests.size());
  std::vector<Sample> out;
  for (size_t first = 0; first < requests.size(); first += kRowsAtOnce) {
    const Observer shifted = [&](size_t row, std::span<const int32_t> response) {
      return observer(first + row, response);
    };
    const auto part = requests.subspan(first, std::min(kRowsAtOnce, requests.size() - first));
    for (Sample& sample : Generation(network, part, options, observer ? shifted : observer).run()) {
      out.push_back(std::move(sample));
    }
  }
  return out;
}

}  // namespace gradus
