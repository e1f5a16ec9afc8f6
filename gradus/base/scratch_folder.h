// A temporary folder that goes away with its owner, whatever was put there.
//
//   const ScratchFolder folder;
//   folder.put("src/a.c", "int x;\n");            // "src" is made; no text: the file is removed
//   run({"clang-tidy", folder.path("src/a.c")});
//
// Paths are the caller's: where they come from a file, is_inside() says whether they stay in the folder.
// Errors (Error::outside): no folder can be made, no space for a file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gradus {

class ScratchFolder {
 public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  const std::string& root() const { return root_; }  // absolute, without links
  std::string path(std::string_view name) const;
  void put(const std::string& name, const std::optional<std::string>& text) const;

  // Relative, without "." and "..", and nothing of git.
  static bool is_inside(const std::string& name);

 private:
  std::string root_;
};

// The descriptor of a temporary file without a name, which is gone when it is closed. -1 with errno set:
// none can be made.
int scratch_file();

}  // namespace gradus
