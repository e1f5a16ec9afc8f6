// Output under a path that the user named, written as what stands there asks for:
//
//   nothing, a regular file   whole or not at all: written beside its place under another name, flushed to
//                             disk, then renamed. A full disk is an Error::outside, and what stood there
//                             before still does. Its permissions are kept. Where it cannot be replaced (it
//                             has other hard links, its folder is read-only, it is a mount of its own), the
//                             whole text is gathered elsewhere first and then copied into it.
//   a symbolic link           what it points to; nothing there yet: it is made
//   a pipe, device, socket    opened and written as the text comes, never replaced
//   /dev/stdout, /dev/fd/N    the open descriptor itself, at its place
//   "-"                       standard output
//   a folder                  refused
//
//   AtomicFile file("rollouts.jsonl");
//   file.write(line);
//   file.commit();                // without it no file appears
#pragma once

#include <string>
#include <string_view>

struct stat;  // <sys/stat.h>

namespace gradus {

class AtomicFile {
 public:
  enum class Target { any, regular };  // regular: anything but a file is refused

  explicit AtomicFile(std::string path, Target target = Target::any);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::string_view text);
  void commit();

 private:
  enum class Way { beside, copied, streamed };  // and then renamed; and then copied into the file; at once

  void open_target(Target target);
  void open_file();
  void open_beside(const struct stat* old);
  void open_elsewhere();
  void stream_to(int descriptor, Target target);
  void flush();
  void put_in_place();
  void copy_over();
  [[noreturn]] void fail(const char* what) const;
  [[noreturn]] void refuse(const char* found) const;

  std::string path_;    // as it was named
  std::string target_;  // behind the links
  std::string part_, buffer_;
  Way way_ = Way::streamed;
  int descriptor_ = -1;
};

// Writes all of it. False with errno set.
bool write_all(int descriptor, std::string_view text);

// Does text written to this path go where standard output goes? Then nothing else should be printed there.
bool is_standard_output(const std::string& path);

}  // namespace gradus
