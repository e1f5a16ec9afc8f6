#include "gradus/base/atomic_file.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include "gradus/base/error.h"

namespace gradus {

namespace {
constexpr size_t kBufferBytes = size_t{1} << 20;
}

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  // O_EXCL and a number: two writers, or what a killed one left behind, never share a file.
  for (int attempt = 0; descriptor_ < 0; ++attempt) {
    part_ = path_ + ".part" + std::to_string(getpid()) + "-" + std::to_string(attempt);
    descriptor_ = open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && errno != EEXIST) fail("cannot create the file");
  }
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  unlink(part_.c_str());
}

void AtomicFile::fail(const char* what) const {
  throw Error::outside(what)
      .at(path_)
      .found(std::generic_category().message(errno))
      .hint("nothing was changed at this path");
}

void AtomicFile::write(std::string_view text) {
  require(descriptor_ >= 0, "write() after commit()");
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) flush();
}

void AtomicFile::flush() {
  size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t count = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot write the file");
    done += static_cast<size_t>(count);
  }
  buffer_.clear();
}

void AtomicFile::commit() {
  require(descriptor_ >= 0, "commit() twice");
  flush();
  if (fsync(descriptor_) != 0) fail("cannot write the file");
  if (std::rename(part_.c_str(), path_.c_str()) != 0) fail("cannot put the file in its place");
  close(descriptor_);
  descriptor_ = -1;
}

}  // namespace gradus
