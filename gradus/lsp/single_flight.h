// The same question asked by several threads at once is asked once, and its answer is kept: facts are a
// function of (snapshot of the workspace, request).
//
//   SingleFlight facts(1000);
//   const std::string key = SingleFlight::key(snapshot_digest, "textDocument/hover", params);
//   Json hover = facts.get(key, [&] { return client.request("textDocument/hover", params); });
//
// A failure goes to everyone who waited and is not kept; nor is an answer of which `keeps` says no.
#pragma once

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "gradus/base/bounded_cache.h"
#include "gradus/base/json.h"

namespace gradus {

class SingleFlight {
 public:
  explicit SingleFlight(size_t capacity) : answers_(capacity) {}

  // Equal for equal questions, whatever the order of keys in `params`.
  static std::string key(const std::string& snapshot, const std::string& method, const Json& params);
  Json get(const std::string& key, const std::function<Json()>& ask,
           const std::function<bool(const Json&)>& keeps = {});

 private:
  using Answer = std::shared_ptr<const Json>;

  std::mutex mutex_;
  std::map<std::string, std::shared_future<Answer>> asked_;
  BoundedCache<Answer> answers_;
};

}  // namespace gradus
