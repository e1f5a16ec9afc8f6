#include "gradus/base/scratch_folder.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <system_error>
#include <unistd.h>

#include "gradus/base/error.h"
#include "gradus/base/text.h"

namespace gradus {

namespace fs = std::filesystem;

ScratchFolder::ScratchFolder() {
  std::string pattern = (fs::temp_directory_path() / "gradus-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    throw Error::outside("cannot make a temporary folder")
        .at(pattern)
        .found(std::generic_category().message(errno))
        .hint("TMPDIR names the folder for temporary files");
  }
  root_ = fs::canonical(pattern).string();
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

std::string ScratchFolder::path(std::string_view name) const {
  return root_ + "/" + std::string(name);
}

void ScratchFolder::put(const std::string& name, const std::optional<std::string>& text) const {
  const fs::path place = path(name);
  std::error_code failed;
  if (!text) {
    fs::remove(place, failed);
    return;
  }
  fs::create_directories(place.parent_path(), failed);
  std::ofstream out(place, std::ios::binary);
  out << *text;
  if (!out.flush()) throw Error::outside("cannot write a temporary file").at(place.string());
}

bool ScratchFolder::is_inside(const std::string& name) {
  if (name.empty() || name.size() > 1024 || name[0] == '/' || name.find('\0') != std::string::npos)
    return false;
  for (const std::string_view part : pieces_between(name, "/")) {
    if (part.empty() || part == "." || part == ".." || part == ".git" || part.size() > 255) return false;
  }
  return true;
}

int scratch_file() {
  std::error_code failed;
  std::string pattern = (fs::temp_directory_path(failed) / "gradus-XXXXXX").string();
  const int file = mkostemp(pattern.data(), O_CLOEXEC);
  if (file >= 0) unlink(pattern.c_str());
  return file;
}

}  // namespace gradus
