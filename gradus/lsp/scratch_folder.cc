#include "gradus/lsp/scratch_folder.h"

#include <filesystem>
#include <fstream>
#include <stdlib.h>

#include "gradus/base/error.h"
#include "gradus/base/text.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace fs = std::filesystem;

ScratchFolder::ScratchFolder() {
  std::string pattern = (fs::temp_directory_path() / "gradus-edits-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw Error::outside("cannot make a folder").at(pattern);
  root_ = fs::canonical(pattern).string();
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

std::string ScratchFolder::uri(const std::string& path) const {
  return file_uri(root_ + "/" + path);
}

void ScratchFolder::put(const std::string& path, const std::optional<std::string>& text) const {
  const fs::path place = fs::path(root_) / path;
  std::error_code failed;
  if (!text) {
    fs::remove(place, failed);
    return;
  }
  fs::create_directories(place.parent_path(), failed);
  std::ofstream out(place, std::ios::binary);
  out << *text;
  if (!out.flush()) throw Error::outside("cannot write a file of the scratch folder").at(place.string());
}

bool ScratchFolder::is_inside(const std::string& path) {
  if (path.empty() || path.size() > 1024 || path[0] == '/' || path.find('\0') != std::string::npos)
    return false;
  for (const std::string_view part : pieces_between(path, "/")) {
    if (part.empty() || part == "." || part == ".." || part == ".git" || part.size() > 255) return false;
  }
  return true;
}

}  // namespace gradus
