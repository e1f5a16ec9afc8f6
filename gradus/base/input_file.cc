#include "gradus/base/input_file.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <optional>
#include <streambuf>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <tuple>
#include <unistd.h>
#include <vector>

#include "gradus/base/atomic_file.h"
#include "gradus/base/descriptor_path.h"
#include "gradus/base/error.h"
#include "gradus/base/scratch_folder.h"

namespace gradus {

namespace {

constexpr size_t kReadAhead = size_t{1} << 20;

// Reads a descriptor, or (kept) a file of our own from its start.
class DescriptorBuffer : public std::streambuf {
 public:
  DescriptorBuffer(int descriptor, bool kept) : descriptor_(descriptor), kept_(kept), bytes_(kReadAhead) {}
  DescriptorBuffer(const DescriptorBuffer&) = delete;
  DescriptorBuffer& operator=(const DescriptorBuffer&) = delete;
  ~DescriptorBuffer() override { close(descriptor_); }

 protected:
  int_type underflow() override {
    ssize_t count = 0;
    do {
      count = kept_ ? pread(descriptor_, bytes_.data(), bytes_.size(), at_)
                    : ::read(descriptor_, bytes_.data(), bytes_.size());
    } while (count < 0 && errno == EINTR);
    // The stream turns it into bad().
    if (count < 0) throw std::system_error(errno, std::generic_category());
    if (count == 0) return traits_type::eof();
    at_ += count;
    setg(bytes_.data(), bytes_.data(), bytes_.data() + count);
    return traits_type::to_int_type(*gptr());
  }

 private:
  int descriptor_;
  bool kept_;
  off_t at_ = 0;
  std::vector<char> bytes_;
};

class InputFile : public std::istream {
 public:
  InputFile(int descriptor, bool kept) : std::istream(nullptr), buffer_(descriptor, kept) { rdbuf(&buffer_); }

 private:
  DescriptorBuffer buffer_;
};

// False with errno set.
bool copy_all(int from, int to) {
  std::vector<char> block(kReadAhead);
  for (;;) {
    const ssize_t count = ::read(from, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0;
    if (!write_all(to, {block.data(), static_cast<size_t>(count)})) return false;
  }
}

int own_file() {
  const int file = scratch_file();
  return file >= 0 ? file : memfd_create("gradus-input", MFD_CLOEXEC);
}

// What an open descriptor of this process gave, kept: some commands read a file twice, and a pipe cannot be.
// The descriptor is held, so that no other pipe gets its number of the file system.
class KeptInputs {
 public:
  int open(int number, const std::string& name) {
    const std::lock_guard lock(mutex_);
    struct stat status = {};
    if (fstat(number, &status) != 0) fail(name);
    const auto key = std::tuple(number, status.st_dev, status.st_ino);
    const auto known = files_.find(key);
    if (known == files_.end()) {
      const int held = fcntl(number, F_DUPFD_CLOEXEC, 3), file = own_file();
      if (held < 0 || file < 0 || !copy_all(held, file)) fail(name);
      files_[key] = file;
    }
    return fcntl(files_[key], F_DUPFD_CLOEXEC, 3);
  }

 private:
  [[noreturn]] static void fail(const std::string& name) {
    const bool folder = errno == EISDIR;
    Error error = folder ? Error::input("this is a folder") : Error::outside("cannot be read to its end");
    throw error.at(name).found(std::generic_category().message(errno));
  }

  std::mutex mutex_;
  std::map<std::tuple<int, dev_t, ino_t>, int> files_;
};

KeptInputs& kept_inputs() {
  static KeptInputs inputs;
  return inputs;
}

}  // namespace

std::string input_name(const std::string& path) {
  return path == "-" ? "standard input" : path;
}

std::unique_ptr<std::istream> open_input(const std::string& path, const std::string& expected) {
  const std::optional<int> number =
      path == "-" ? std::optional(STDIN_FILENO) : own_descriptor(followed(path));
  const int descriptor =
      number ? kept_inputs().open(*number, input_name(path)) : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    throw Error::input("cannot open the file")
        .at(input_name(path))
        .found(std::generic_category().message(errno))
        .expected(expected);
  }
  auto in = std::make_unique<InputFile>(descriptor, number.has_value());
  struct stat status = {};
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    throw Error::input("this is a folder").at(input_name(path)).expected(expected);
  }
  return in;
}

std::string read_input(const std::string& path, size_t most_bytes, const std::string& expected) {
  const std::unique_ptr<std::istream> in = open_input(path, expected);
  std::string text;
  std::vector<char> block(kReadAhead);
  while (in->read(block.data(), static_cast<std::streamsize>(block.size())) || in->gcount() > 0) {
    text.append(block.data(), static_cast<size_t>(in->gcount()));
    if (text.size() <= most_bytes) continue;
    throw Error::input("the file is too large")
        .at(input_name(path))
        .expected(fmt::format("{} of at most {} bytes", expected, most_bytes));
  }
  if (in->bad()) throw Error::outside("reading stopped before the end of the file").at(input_name(path));
  return text;
}

}  // namespace gradus
