#include "gradus/verify/real_data.h"

#include <filesystem>
#include <fstream>

#include "gradus/base/error.h"

namespace gradus {

namespace fs = std::filesystem;

std::string real_file(const Verifying& verifying, const std::string& name) {
  const fs::path folder(verifying.data);
  for (const fs::path& base : {folder, fs::absolute(folder).parent_path()}) {
    std::error_code failed;
    if (fs::is_regular_file(base / name, failed)) return (base / name).string();
  }
  throw Error::input("a golden set names real data that is not there")
      .at(verifying.data)
      .found(name)
      .hint("--data says where it is");
}

Json real_json(const Verifying& verifying, const std::string& name) {
  const std::string path = real_file(verifying, name);
  std::ifstream in(path, std::ios::binary);
  try {
    return Json::parse(in);
  } catch (const Json::parse_error& error) {
    throw Error::input("not JSON").at(path).found(error.what());
  }
}

}  // namespace gradus
