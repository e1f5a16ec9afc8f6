#include "gradus/lsp/snapshot.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "gradus/base/error.h"
#include "gradus/base/json.h"

namespace gradus {

namespace {

namespace fs = std::filesystem;

constexpr size_t kMostFiles = 200'000;
constexpr uintmax_t kMostBytes = uintmax_t{2} << 30;
constexpr std::array<std::string_view, 6> kLeftOut = {".git",        ".cache",      ".gradus",
                                                      ".mypy_cache", "__pycache__", "node_modules"};

bool is_left_out(const fs::path& name) {
  return std::find(kLeftOut.begin(), kLeftOut.end(), name.string()) != kLeftOut.end();
}

std::string content_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(in), {}};
  if (!in.good() && !in.eof())
    throw Error::outside("a file of the workspace cannot be read").at(path.string());
  return content;
}

}  // namespace

std::string snapshot_digest(const std::string& root) {
  std::vector<std::pair<std::string, std::string>> found;
  uintmax_t bytes = 0;
  try {
    for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator(); ++it) {
      if (it->is_directory() && !it->is_symlink()) {
        if (is_left_out(it->path().filename())) it.disable_recursion_pending();
        continue;
      }
      const std::string name = it->path().lexically_relative(root).string();
      if (it->is_symlink()) {
        found.emplace_back(name, "link " + sha256_hex(fs::read_symlink(it->path()).string()));
      } else if (it->is_regular_file()) {
        bytes += it->file_size();
        if (bytes > kMostBytes || found.size() >= kMostFiles) {
          throw Error::input("a workspace is too large to be addressed by its content")
              .at(root)
              .found(std::to_string(found.size()) + " files, " + std::to_string(bytes) + " bytes so far")
              .expected("at most 200000 files and 2 GiB")
              .hint("give a folder further down as the workspace");
        }
        found.emplace_back(name, sha256_hex(content_of(it->path())));
      }
    }
  } catch (const fs::filesystem_error& error) {
    throw Error::outside("the workspace cannot be read").at(root).found(error.what());
  }
  std::sort(found.begin(), found.end());
  // A name is any bytes without NUL, so that NUL and a line feed keep entries apart.
  std::string list;
  for (const auto& [name, digest] : found) list += name + '\0' + digest + '\n';
  return sha256_hex(list);
}

}  // namespace gradus
