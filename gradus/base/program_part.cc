#include "gradus/base/program_part.h"

#include <optional>
#include <system_error>

#include "gradus/base/program_folder.h"

namespace gradus {

namespace {

std::optional<std::filesystem::path> part_near(const std::filesystem::path& folder, const std::string& name) {
  std::error_code ignored;
  for (const std::filesystem::path& place : {folder / name, folder.parent_path() / "lib" / "gradus" / name}) {
    if (std::filesystem::is_regular_file(place, ignored)) return place;
  }
  return std::nullopt;
}

}  // namespace

std::filesystem::path program_part(const std::string& name) {
  const std::filesystem::path here = program_folder();
  if (const auto found = part_near(here, name)) return *found;
  if (const std::optional<std::string> command = program_on_path("gradus")) {
    std::error_code failed;
    const std::filesystem::path original = std::filesystem::canonical(*command, failed);
    const auto found = failed ? std::nullopt : part_near(original.parent_path(), name);
    if (found) return *found;
  }
  return here / name;
}

}  // namespace gradus
