#include "gradus/lsp/real_database.h"

#include <filesystem>
#include <map>

#include "gradus/base/error.h"
#include "gradus/base/input_file.h"
#include "gradus/lsp/status.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

namespace fs = std::filesystem;

constexpr size_t kLargestDatabase = size_t{64} << 20;
constexpr const char* kName = "compile_commands.json";

// As profile.config_files has it: of one that cannot be read the server says so itself.
Json database_of(const ServerProfile& profile, const std::string& root) {
  for (const std::string& file : profile.config_files) {
    const fs::path path = fs::path(root) / file;
    std::error_code ignored;
    if (path.filename() != kName || !fs::is_regular_file(path, ignored)) continue;
    return Json::parse(read_input(path, kLargestDatabase), nullptr, false);
  }
  return nullptr;
}

std::string plain(const fs::path& path) {
  std::string out = path.lexically_normal();
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

class RealPaths {
 public:
  explicit RealPaths(const std::string& root) : root_(root) {}

  // True: the entry is another now.
  bool put_into(Json& entry) {
    const std::string directory = text_in(entry, "directory"), file = text_in(entry, "file");
    if (!fs::path(directory).is_absolute() || file.empty()) return false;
    const fs::path whole = fs::path(directory) / file;
    const std::string real_directory = folder(directory);
    // The name of a file stays, even of a link: that is what its project calls it.
    const std::string real_file = plain(fs::path(folder(whole.parent_path())) / whole.filename());
    if (real_directory == plain(directory) && real_file == plain(whole)) return false;
    entry["directory"] = real_directory;
    entry["file"] = real_file;
    return true;
  }

 private:
  static std::string text_in(const Json& entry, const char* key) {
    const auto found = entry.is_object() ? entry.find(key) : entry.end();
    return found != entry.end() && found->is_string() ? found->get<std::string>() : "";
  }

  // Without links where it is in the workspace.
  const std::string& folder(const fs::path& path) {
    const auto [known, fresh] = folders_.try_emplace(path.string());
    if (!fresh) return known->second;
    std::error_code failed;
    const std::string real = plain(fs::weakly_canonical(path, failed));
    const bool inside = !failed && (real == root_ || path_in_workspace(real, root_));
    return known->second = inside ? real : plain(path);
  }

  const std::string& root_;
  std::map<std::string, std::string> folders_;
};

}  // namespace

std::shared_ptr<const ScratchFolder> real_database(const ServerProfile& profile, const std::string& root) {
  if (profile.database_argument.empty()) return nullptr;
  Json database = database_of(profile, root);
  if (!database.is_array()) return nullptr;
  RealPaths paths(root);
  bool changed = false;
  for (Json& entry : database) changed = paths.put_into(entry) || changed;
  if (!changed) return nullptr;
  try {
    const auto copy = std::make_shared<const ScratchFolder>();
    const fs::path cache = fs::path(root) / ".cache";
    std::error_code ignored;  // without it every start indexes anew
    fs::create_directory(cache, ignored);
    fs::create_directory_symlink(cache, copy->path(".cache"), ignored);
    copy->put(kName, database.dump());
    return copy;
  } catch (Error& error) {
    throw LspError(Status::ls_crash, error.hint("make room there, or make the database anew in " + root));
  }
}

}  // namespace gradus
