// A file that appears whole or not at all: written beside its place under another name, flushed to disk,
// then renamed. A full disk is an Error::outside, and what stood at `path` before is still there.
//
//   AtomicFile file("rollouts.jsonl");
//   file.write(line);
//   file.commit();                // without it nothing appears
#pragma once

#include <string>
#include <string_view>

namespace gradus {

class AtomicFile {
 public:
  explicit AtomicFile(std::string path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::string_view text);
  void commit();

 private:
  void flush();
  [[noreturn]] void fail(const char* what) const;

  std::string path_, part_, buffer_;
  int descriptor_ = -1;
};

}  // namespace gradus
