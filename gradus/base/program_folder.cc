#include "gradus/base/program_folder.h"

#include <cstdlib>
#include <system_error>
#include <unistd.h>

#include "gradus/base/error.h"
#include "gradus/base/text.h"

namespace gradus {

std::filesystem::path program_folder() {
  std::error_code failed;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) {
    throw Error::outside("the folder of this program cannot be found")
        .at("/proc/self/exe")
        .found(failed.message());
  }
  return self.parent_path();
}

bool can_run(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
}

std::optional<std::string> program_on_path(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* const path = std::getenv("PATH");
  for (const std::string_view folder : pieces_between(path == nullptr ? "" : path, ":")) {
    if (!folder.starts_with('/')) continue;
    const std::filesystem::path candidate = std::filesystem::path(folder) / name;
    if (can_run(candidate)) return candidate.string();
  }
  return std::nullopt;
}

}  // namespace gradus
