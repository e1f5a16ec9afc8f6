// Memory of large columns, kept for the next column of the same size: on most machines the page faults of
// fresh memory cost more than the arithmetic on it.
//
//   PooledVector<float> values(4'000'000);   // not set to zero: whoever makes it writes all of it
//
// Blocks under 64 KiB go straight to the system. At most 512 MiB are kept; the rest is given back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace gradus {

void* take_block(size_t bytes);  // throws std::bad_alloc
void give_block(void* block, size_t bytes) noexcept;

template <class T>
struct PoolAllocator {
  using value_type = T;

  PoolAllocator() = default;
  template <class U>
  explicit PoolAllocator(const PoolAllocator<U>&) {}

  T* allocate(size_t count) {
    if (count > static_cast<size_t>(-1) / 2 / sizeof(T)) throw std::bad_alloc();
    return static_cast<T*>(take_block(count * sizeof(T)));
  }
  void deallocate(T* block, size_t count) noexcept { give_block(block, count * sizeof(T)); }

  // vector(n) leaves the elements as they are; vector(n, x) and insertions write them.
  template <class U>
  void construct(U* at) {
    ::new (static_cast<void*>(at)) U;
  }
  template <class U, class... Args>
  void construct(U* at, Args&&... args) {
    ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
  }

  bool operator==(const PoolAllocator&) const { return true; }
};

template <class T>
using PooledVector = std::vector<T, PoolAllocator<T>>;

// In one copy; insert() would construct element by element.
template <class T>
void append(PooledVector<T>& out, const T* from, size_t count) {
  if (count == 0) return;
  const size_t before = out.size();
  if (before + count > out.capacity()) out.reserve(std::max(before + count, 2 * out.capacity()));
  out.resize(before + count);
  std::memcpy(out.data() + before, from, count * sizeof(T));
}

}  // namespace gradus
