#include "gradus/credit/gae.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <optional>

#include "gradus/base/parallel.h"
#include "gradus/credit/whiten.h"
#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

constexpr size_t kLanes = 4;                             // rollouts whose recurrences run side by side
constexpr size_t kTokensWorthAThread = size_t{1} << 18;  // below, starting a thread costs more than it saves

struct Factors {
  double gamma, lambda;
};

// One rollout without its observed tokens.
struct Lane {
  std::vector<double> value;      // [n+1], 0 behind the last
  std::vector<double> advantage;  // [n]: delta first, then the advantage
};

template <class T>
void load(const RolloutBatch& batch, size_t rollout, std::span<const T> reward, std::span<const T> value,
          const Factors& factors, Lane& lane) {
  const size_t most = batch.last_token(rollout) - batch.first_token(rollout);
  lane.value.resize(most + 1);
  lane.advantage.resize(most);
  size_t n = 0;
  for_each_trained_span(batch, rollout, [&](size_t begin, size_t end) {
    std::copy(value.begin() + begin, value.begin() + end, lane.value.begin() + n);
    std::copy(reward.begin() + begin, reward.begin() + end, lane.advantage.begin() + n);
    n += end - begin;
  });
  lane.value.resize(n + 1);
  lane.value[n] = 0;
  lane.advantage.resize(n);
  double* const advantage = lane.advantage.data();
  const double* const v = lane.value.data();
  for (size_t k = 0; k < n; ++k) advantage[k] += factors.gamma * v[k + 1] - v[k];
}

// A_k = delta_k + c * A_{k+1} in every lane: each is a chain of dependent sums, so several run side by side.
void recur(std::span<Lane> lanes, double c) {
  std::array<double, kLanes> last{};
  std::array<double*, kLanes> at{};
  size_t shared = lanes[0].advantage.size();
  for (size_t i = 0; i < lanes.size(); ++i) {
    at[i] = lanes[i].advantage.data() + lanes[i].advantage.size();
    shared = std::min(shared, lanes[i].advantage.size());
  }
  if (lanes.size() < kLanes) shared = 0;
  for (size_t k = 0; k < shared; ++k) {
    for (size_t i = 0; i < kLanes; ++i) {
      last[i] = *--at[i] + c * last[i];
      *at[i] = last[i];
    }
  }
  for (size_t i = 0; i < lanes.size(); ++i) {
    while (at[i] != lanes[i].advantage.data()) {
      last[i] = *--at[i] + c * last[i];
      *at[i] = last[i];
    }
  }
}

// Observed tokens are left as they are: Column::clear_observed sees to them. False where a value does not
// fit.
template <class T>
bool store(const RolloutBatch& batch, size_t rollout, const Lane& lane, std::span<T> advantage,
           std::span<T> returns) {
  size_t n = 0;
  T sum = 0;  // of value * 0: 0 where all are finite, else NaN
  for_each_trained_span(batch, rollout, [&](size_t begin, size_t end) {
    for (size_t t = begin; t < end; ++t, ++n) {
      advantage[t] = static_cast<T>(lane.advantage[n]);
      returns[t] = static_cast<T>(lane.advantage[n] + lane.value[n]);
      sum += advantage[t] * 0 + returns[t] * 0;
    }
  });
  return sum == 0;
}

class Gae : public Operator {
 public:
  explicit Gae(const Params& params)
      : reward_("token." + params.text("reward")),
        value_("token." + params.text("value")),
        into_("token." + params.text("into")),
        returns_("token." + params.text("returns")),
        factors_{params.number("gamma"), params.number("lambda")},
        whiten_(params.flag("whiten")) {}

  void apply(RolloutBatch& batch, const OperatorContext& context) const override {
    const Column& value = batch.column(value_);
    if (!value.all_valid()) require_values(batch, value);
    if (value.precision() == Precision::single) {
      run<float>(batch, context);
    } else {
      run<double>(batch, context);
    }
  }

 private:
  template <class T>
  void run(RolloutBatch& batch, const OperatorContext& context) const {
    std::optional<Column> converted;
    const Column& reward = readable(batch, batch.column(reward_), batch.column(value_), converted);
    const std::span<const T> rewards = reward.values<T>(), values = batch.column(value_).values<T>();
    Column advantage(Level::token, 0, {.estimates = "advantage"}, reward.precision());
    Column returns(Level::token, 0, {.estimates = "return"}, reward.precision());
    const std::span<T> a = advantage.fill<T>(batch.tokens()), g = returns.fill<T>(batch.tokens());
    std::vector<Moments> moments(batch.rollouts());
    std::vector<uint8_t> stored(batch.rollouts(), 1);
    const size_t blocks = (batch.rollouts() + kLanes - 1) / kLanes;
    const int threads = batch.tokens() < kTokensWorthAThread ? 1 : context.threads;
    parallel_for(blocks, threads, [&](size_t block) {
      thread_local std::array<Lane, kLanes> lanes;
      const size_t first = block * kLanes, count = std::min(kLanes, batch.rollouts() - first);
      for (size_t i = 0; i < count; ++i) load(batch, first + i, rewards, values, factors_, lanes[i]);
      recur(std::span(lanes).first(count), factors_.gamma * factors_.lambda);
      for (size_t i = 0; i < count; ++i) {
        moments[first + i] = moments_of(std::span<const double>(lanes[i].advantage));
        stored[first + i] = store(batch, first + i, lanes[i], a, g);
      }
    });
    Moments all;
    for (const Moments& part : moments) all.merge(part);
    const bool whole = std::ranges::find(stored, 0) == stored.end();
    if (!whole || !std::isfinite(all.squares)) refuse_garbage(batch, rewards, values);
    if (whiten_ && all.count > 0) {
      const Whitening whitening =
          whitening_of(all, true, all.squares == 0 ? WhitenVariant::paper : WhitenVariant::released);
      parallel_for(blocks, threads, [&](size_t block) {
        const size_t end = std::min((block + 1) * kLanes, batch.rollouts());
        for (size_t r = block * kLanes; r < end; ++r) {
          for_each_trained_span(batch, r, [&](size_t begin, size_t stop) {
            for (size_t t = begin; t < stop; ++t) a[t] = static_cast<T>(whitening(static_cast<double>(a[t])));
          });
        }
      });
    }
    advantage.clear_observed(batch);
    returns.clear_observed(batch);
    batch.put_column(into_, std::move(advantage));
    batch.put_column(returns_, std::move(returns));
  }

  // In the precision of the values, and 0 where missing: kernels read the memory without its mask.
  static const Column& readable(const RolloutBatch& batch, const Column& reward, const Column& value,
                                std::optional<Column>& converted) {
    if (reward.precision() == value.precision()) {
      if (!lacks_any(batch, reward)) return reward;
      converted.emplace(reward).settle();
      return *converted;
    }
    Column& out = converted.emplace(Level::token, reward.size(), reward.info(), value.precision());
    for (size_t t = 0; t < reward.size(); ++t) {
      if (reward.valid(t)) out.set(t, reward[t]);
    }
    return out;
  }

  static bool lacks_any(const RolloutBatch& batch, const Column& reward) {
    bool lacks = false;
    for (size_t r = 0; !reward.mask().empty() && !lacks && r < batch.rollouts(); ++r) {
      for_each_trained_place(batch, Level::token, r, [&](size_t t) { lacks = lacks || !reward.valid(t); });
    }
    return lacks;
  }

  void require_values(const RolloutBatch& batch, const Column& value) const {
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      for_each_trained_span(batch, r, [&](size_t begin, size_t end) {
        for (size_t t = begin; t < end; ++t) {
          if (!value.valid(t)) refuse(batch, r, t, value_, "no value");
        }
      });
    }
  }

  [[noreturn]] void refuse(const RolloutBatch& batch, size_t r, size_t t, const std::string& column,
                           const std::string& found) const {
    throw Error::input("credit.gae needs finite rewards and values on every trained token")
        .field(column)
        .found(fmt::format("{} at token {} of rollout {}", found, t - batch.first_token(r), r));
  }

  template <class T>
  [[noreturn]] void refuse_garbage(const RolloutBatch& batch, std::span<const T> rewards,
                                   std::span<const T> values) const {
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      for_each_trained_span(batch, r, [&](size_t begin, size_t end) {
        for (size_t t = begin; t < end; ++t) {
          if (!std::isfinite(rewards[t])) refuse(batch, r, t, reward_, fmt::format("{}", rewards[t]));
          if (!std::isfinite(values[t])) refuse(batch, r, t, value_, fmt::format("{}", values[t]));
        }
      });
    }
    throw Error::input("credit.gae comes to a value that is too large for its column")
        .field(into_)
        .found("finite rewards and values whose advantages or returns (" + returns_ + ") do not fit")
        .hint("look for rewards and values that do not belong there, or scale both down");
  }

  std::string reward_, value_, into_, returns_;
  Factors factors_;
  bool whiten_;
};

}  // namespace

void register_gae(OperatorRegistry& registry) {
  registry.add(
      {.name = "credit.gae",
       .summary = "generalised advantage estimation over the trained tokens, whitened",
       .paper = "1506.02438",
       .params = {text_param("reward", "reward", "token channel of rewards"),
                  text_param("value", "value", "token channel of value estimates"),
                  number_param("gamma", 1.0, "discount per token", 0, 1),
                  number_param("lambda", 1.0, "weight of longer returns", 0, 1),
                  flag_param("whiten", true,
                             "whiten the advantages over the batch; a single trained token is refused"),
                  text_param("into", "advantage", "token channel to write"),
                  text_param("returns", "return", "token channel of targets for the value function")},
       .reads = {"token.{reward}", "token.{value}"},
       .writes = {"token.{into}", "token.{returns}"},
       .scope = "batch"},
      [](const Params& params) { return std::make_unique<Gae>(params); });
}

}  // namespace gradus
