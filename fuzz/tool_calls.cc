// Any bytes as a model's tool calls: they are read or refused, what is read equals itself, and the match with
// any calls is a share.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gradus/reward/block_format.h"
#include "gradus/reward/tool_call.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using Matching = gradus::CallMatching;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  gradus::blocks_fit(text, text);
  if (gradus::think_share(text, 512) < 0) std::abort();
  const auto calls = gradus::read_calls(text);
  const auto wanted =
      gradus::read_calls("<tool_call>{\"name\": \"f\", \"parameters\": {\"a\": 1}}</tool_call>");
  if (!calls) return 0;
  if (!gradus::same_items(*calls, *calls)) std::abort();
  for (const auto lists : {Matching::Lists::overlap, Matching::Lists::identical}) {
    for (const auto how : {Matching::Calls::parts, Matching::Calls::whole, Matching::Calls::all}) {
      const auto share = gradus::call_match(*wanted, *calls, {lists, how});
      if (share && !(*share >= 0 && *share <= 1)) std::abort();
    }
  }
  return 0;
}
