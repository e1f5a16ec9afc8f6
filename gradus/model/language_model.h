// A language model that samples responses and scores tokens, many at once.
//
//   std::vector<SampleRequest> requests = ...;             // prompt tokens and a stream key per row
//   std::vector<Sample> rows = model.sample(requests, {.temperature = 1.0, .max_tokens = 64});
//
// A row depends on its own prompt and key alone: not on the batch it was sampled in, nor on arrival order.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace gradus {

struct SampleRequest {
  std::span<const int32_t> prompt;  // token ids
  uint64_t key = 0;                 // the row's random stream: gradus::Stream(key)
};

struct SamplingOptions {
  double temperature = 1.0;  // 0: greedy
  int max_tokens = 64;       // response tokens, observations included
};

struct Sample {
  std::vector<int32_t> tokens;    // response, with the end token where finished
  std::vector<float> logprob;     // of each sampled token at temperature 1; 0 for observed ones
  std::vector<uint8_t> observed;  // 1: put there by the environment, never trained on
  bool finished = false;          // ended by the end token; false: cut by max_tokens
};

// Given a row and its response so far, the tokens that the environment adds now (usually none).
using Observer = std::function<std::vector<int32_t>(size_t row, std::span<const int32_t> response)>;

struct ModelInfo {
  std::string name;
  std::string fingerprint;  // changes when the weights do
  size_t parameters = 0;
};

class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  virtual ModelInfo info() const = 0;
  virtual std::vector<Sample> sample(std::span<const SampleRequest> requests, const SamplingOptions& options,
                                     const Observer& observer = {}) = 0;
  // Log-probability at temperature 1 of every response token given the prompt and the tokens before it.
  virtual std::vector<std::vector<float>> logprobs(std::span<const SampleRequest> prompts,
                                                   std::span<const std::vector<int32_t>> responses) = 0;
};

}  // namespace gradus
