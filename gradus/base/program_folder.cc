#include "gradus/base/program_folder.h"

#include <system_error>

#include "gradus/base/error.h"

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

}  // namespace gradus
