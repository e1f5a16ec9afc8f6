// A folder of its own for the states that a language server is shown; it goes away with its owner.
//
//   const ScratchFolder folder;
//   folder.put("src/a.c", "int x;\n");          // "src" is made; no text: the file is removed
//   client.open_document(folder.uri("src/a.c"), text);
//
// Paths are the caller's own or checked by is_inside(): relative, within the folder, nothing of git.
#pragma once

#include <optional>
#include <string>

namespace gradus {

class ScratchFolder {
 public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  const std::string& root() const { return root_; }  // absolute, without links
  std::string uri(const std::string& path) const;
  void put(const std::string& path, const std::optional<std::string>& text) const;

  static bool is_inside(const std::string& path);

 private:
  std::string root_;
};

}  // namespace gradus
