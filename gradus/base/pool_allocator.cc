#include "gradus/base/pool_allocator.h"

#include <mutex>
#include <unordered_map>

namespace gradus {

namespace {

constexpr size_t kSmallest = size_t{64} << 10;
constexpr size_t kMostKept = size_t{512} << 20;
constexpr std::align_val_t kAlignment{64};

struct Kept {
  std::mutex mutex;
  std::unordered_map<size_t, std::vector<void*>> blocks;  // by size
  size_t bytes = 0;
};

// Never destroyed: columns may outlive other statics.
Kept& kept() {
  static Kept* const all = new Kept;
  return *all;
}

}  // namespace

void* take_block(size_t bytes) {
  if (bytes >= kSmallest) {
    Kept& all = kept();
    const std::lock_guard lock(all.mutex);
    const auto it = all.blocks.find(bytes);
    if (it != all.blocks.end() && !it->second.empty()) {
      void* const block = it->second.back();
      it->second.pop_back();
      all.bytes -= bytes;
      return block;
    }
  }
  return ::operator new(bytes, kAlignment);
}

void give_block(void* block, size_t bytes) noexcept {
  if (block && bytes >= kSmallest) {
    Kept& all = kept();
    const std::lock_guard lock(all.mutex);
    if (all.bytes + bytes <= kMostKept) {
      try {
        all.blocks[bytes].push_back(block);
        all.bytes += bytes;
        return;
      } catch (const std::bad_alloc&) {
        // Given back below.
      }
    }
  }
  ::operator delete(block, kAlignment);
}

}  // namespace gradus
