#include "gradus/base/atomic_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "gradus/base/descriptor_path.h"
#include "gradus/base/error.h"
#include "gradus/base/scratch_folder.h"

namespace gradus {

namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;

int connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    errno = ENAMETOOLONG;
    return -1;
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0 || connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return descriptor;
  const int code = errno;
  close(descriptor);
  errno = code;
  return -1;
}

}  // namespace

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

AtomicFile::AtomicFile(std::string path, Target target) : path_(std::move(path)) {
  open_target(target);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  if (way_ == Way::beside) unlink(part_.c_str());
}

void AtomicFile::fail(const char* what) const {
  const std::string found = std::generic_category().message(errno);
  Error error = Error::outside(what);
  error.at(path_ == "-" ? "standard output" : path_).found(found);
  if (way_ != Way::streamed) error.hint("nothing was changed at this path");
  throw error;
}

void AtomicFile::refuse(const char* found) const {
  throw Error::outside("cannot write here").at(path_).found(found).expected("a file");
}

void AtomicFile::open_target(Target target) {
  if (path_.empty()) throw Error::outside("cannot write to an empty path").expected("the path of a file");
  if (path_ == "-") return stream_to(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), target);
  target_ = followed(path_);
  if (target_.empty()) fail("cannot follow the symbolic link");
  if (const std::optional<int> open = own_descriptor(target_)) {
    return stream_to(fcntl(*open, F_DUPFD_CLOEXEC, 3), target);
  }
  struct stat status = {};
  if (target_.ends_with('/')) refuse("the name of a folder");
  if (stat(target_.c_str(), &status) != 0) {
    if (errno != ENOENT) fail("cannot create the file");
    return open_beside(nullptr);
  }
  if (S_ISDIR(status.st_mode)) refuse("a folder");
  if (S_ISREG(status.st_mode)) return open_file();
  if (target == Target::regular) refuse("no regular file");
  stream_to(
      S_ISSOCK(status.st_mode) ? connect_to(target_) : open(target_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY),
      target);
}

void AtomicFile::stream_to(int descriptor, Target target) {
  if (descriptor < 0) fail("cannot open it for writing");
  descriptor_ = descriptor;
  if (target == Target::regular) {
    close(std::exchange(descriptor_, -1));
    refuse(path_ == "-" ? "standard output" : "no regular file");
  }
}

// A file that is there: one that may not be written is not replaced either.
void AtomicFile::open_file() {
  way_ = Way::beside;
  const int old = open(target_.c_str(), O_WRONLY | O_CLOEXEC);
  struct stat status = {};
  if (old < 0 || fstat(old, &status) != 0) {
    if (old >= 0) close(old);
    fail("cannot write the file");
  }
  close(old);
  if (status.st_nlink > 1) return open_elsewhere();
  open_beside(&status);
}

void AtomicFile::open_beside(const struct stat* old) {
  way_ = Way::beside;
  // O_EXCL and a number: two writers, or what a killed one left behind, never share a file.
  for (int attempt = 0; descriptor_ < 0; ++attempt) {
    part_ = target_ + ".part" + std::to_string(getpid()) + "-" + std::to_string(attempt);
    descriptor_ = open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ >= 0 || errno == EEXIST) continue;
    if (old) return open_elsewhere();
    fail("cannot create the file");
  }
  if (!old) return;
  // The owner first: a change of owner takes set-user bits away. Who may not give the file away keeps it.
  const bool given = fchown(descriptor_, old->st_uid, old->st_gid) == 0 ||
                     fchown(descriptor_, static_cast<uid_t>(-1), old->st_gid) == 0;
  // In the place of a file of another group no bit may open it to more people.
  const mode_t mode = old->st_mode & (given ? 07777 : 0755);
  if (fchmod(descriptor_, mode) == 0) return;
  const int code = errno;
  close(std::exchange(descriptor_, -1));
  unlink(part_.c_str());
  errno = code;
  fail("cannot set the permissions of the file");
}

void AtomicFile::open_elsewhere() {
  way_ = Way::copied;
  descriptor_ = scratch_file();
  if (descriptor_ < 0) fail("cannot make a temporary file");
}

void AtomicFile::write(std::string_view text) {
  require(descriptor_ >= 0, "write() after commit()");
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) flush();
}

void AtomicFile::flush() {
  if (!write_all(descriptor_, buffer_)) fail("cannot write the file");
  buffer_.clear();
}

void AtomicFile::commit() {
  require(descriptor_ >= 0, "commit() twice");
  flush();
  if (way_ == Way::beside) put_in_place();
  if (way_ == Way::copied) copy_over();
  const int descriptor = std::exchange(descriptor_, -1);
  if (close(descriptor) != 0 && way_ == Way::streamed) fail("cannot write the file");
}

void AtomicFile::put_in_place() {
  if (fsync(descriptor_) != 0) fail("cannot write the file");
  if (std::rename(part_.c_str(), target_.c_str()) == 0) return;
  // A mount of its own, or a sticky folder in which another user's file stands.
  const bool kept = errno == EBUSY || errno == EPERM || errno == EACCES;
  if (!kept || access(target_.c_str(), W_OK) != 0) fail("cannot put the file in its place");
  const int part = open(part_.c_str(), O_RDONLY | O_CLOEXEC);
  if (part < 0) fail("cannot read the file back");
  close(std::exchange(descriptor_, part));
  unlink(part_.c_str());
  way_ = Way::copied;
}

// The room on the disk is asked for before the first byte of the old text goes.
void AtomicFile::copy_over() {
  const int out = open(target_.c_str(), O_WRONLY | O_CLOEXEC);
  if (out < 0) fail("cannot write the file");
  struct stat now = {}, old = {};
  const bool known = fstat(descriptor_, &now) == 0 && fstat(out, &old) == 0;
  if (known && now.st_size > old.st_size && fallocate(out, 0, 0, now.st_size) != 0 &&
      (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) {
    const int code = errno;
    if (ftruncate(out, old.st_size) != 0) errno = code;
    close(out);
    errno = code;
    fail("cannot write the file");
  }
  std::string block(kBufferBytes, '\0');
  off_t at = 0;
  ssize_t count = 0;
  while ((count = pread(descriptor_, block.data(), block.size(), at)) > 0) {
    if (!write_all(out, {block.data(), static_cast<size_t>(count)})) break;
    at += count;
  }
  const bool whole = known && count == 0 && ftruncate(out, at) == 0 && fsync(out) == 0;
  const int code = errno;
  close(out);
  if (whole) return;
  way_ = Way::streamed;  // something was changed
  errno = code;
  fail("cannot write the whole file");
}

bool is_standard_output(const std::string& path) {
  if (path == "-") return true;
  if (path.empty()) return false;
  const std::string target = followed(path);
  if (target.empty()) return false;
  const std::optional<int> open = own_descriptor(target);
  struct stat here = {}, there = {};
  if (fstat(STDOUT_FILENO, &here) != 0) return false;
  // The same pipe or terminal under another name; a device such as /dev/null mixes nothing up.
  const bool found = open ? fstat(*open, &there) == 0 : stat(target.c_str(), &there) == 0;
  const bool same = found && here.st_dev == there.st_dev && here.st_ino == there.st_ino;
  return same && (open || S_ISFIFO(there.st_mode) || isatty(STDOUT_FILENO) == 1);
}

}  // namespace gradus
