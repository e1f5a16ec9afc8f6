#include "gradus/lsp/single_flight.h"

namespace gradus {

std::string SingleFlight::key(const std::string& snapshot, const std::string& method, const Json& params) {
  return sha256_hex(canonical({{"snapshot", snapshot}, {"method", method}, {"params", params}}));
}

Json SingleFlight::get(const std::string& key, const std::function<Json()>& ask,
                       const std::function<bool(const Json&)>& keeps) {
  std::promise<Answer> promise;
  std::shared_future<Answer> asked;
  {
    const std::lock_guard lock(mutex_);
    if (const std::optional<Answer> kept = answers_.find(key)) return **kept;
    const auto running = asked_.find(key);
    if (running != asked_.end()) {
      asked = running->second;
    } else {
      asked_.emplace(key, promise.get_future().share());
    }
  }
  if (asked.valid()) return *asked.get();
  try {
    const Answer answer = std::make_shared<const Json>(ask());
    promise.set_value(answer);
    const std::lock_guard lock(mutex_);
    if (!keeps || keeps(*answer)) answers_.put(key, answer);
    asked_.erase(key);
    return *answer;
  } catch (...) {
    promise.set_exception(std::current_exception());
    const std::lock_guard lock(mutex_);
    asked_.erase(key);
    throw;
  }
}

}  // namespace gradus
