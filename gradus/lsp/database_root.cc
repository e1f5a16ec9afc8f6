#include "gradus/lsp/database_root.h"

#include <filesystem>
#include <set>

#include "gradus/base/input_file.h"
#include "gradus/lsp/message_texts.h"
#include "gradus/lsp/status.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

namespace fs = std::filesystem;

constexpr size_t kLargestDatabase = size_t{64} << 20;

// As profile.config_files has it: of one that cannot be read the server says so itself.
Json database_of(const ServerProfile& profile, const std::string& root, std::string& name) {
  for (const std::string& file : profile.config_files) {
    const fs::path path = fs::path(root) / file;
    std::error_code ignored;
    if (path.filename() != "compile_commands.json" || !fs::is_regular_file(path, ignored)) continue;
    name = path;
    return Json::parse(read_input(path, kLargestDatabase), nullptr, false);
  }
  return nullptr;
}

// Absolute, as written: where the compiler runs, and where the files are.
std::set<std::string> folders_of(const Json& database) {
  std::set<std::string> out;
  const auto add = [&](const Json& entry, const char* key, bool is_file) {
    const auto found = entry.find(key);
    if (found == entry.end() || !found->is_string()) return;
    const fs::path path = found->get<std::string>();
    if (path.is_absolute()) out.insert(is_file ? path.parent_path() : path);
  };
  for (const Json& entry : database) {
    if (!entry.is_object()) continue;
    add(entry, "directory", false);
    add(entry, "file", true);
  }
  return out;
}

// What the workspace is called in the path of one of its folders; nothing: that is not in the workspace.
std::optional<std::string> root_in(const fs::path& folder, const std::string& root) {
  const std::string written = folder.lexically_normal();
  if (written == root || path_in_workspace(written, root)) return root;
  std::error_code failed;
  const std::string real = fs::weakly_canonical(folder, failed);
  if (failed) return std::nullopt;
  std::string called = written;
  while (called.size() > 1 && called.ends_with('/')) called.pop_back();
  if (real == root) return called;
  const std::optional<std::string> inside = path_in_workspace(real, root);
  if (!inside || !called.ends_with("/" + *inside)) return std::nullopt;
  return called.substr(0, called.size() - inside->size() - 1);
}

class RenamedConnection : public Connection {
 public:
  RenamedConnection(std::unique_ptr<Connection> inner, const std::string& here, const std::string& there)
      : inner_(std::move(inner)), here_(file_uri(here)), there_(file_uri(there)) {}

  void send(const std::string& body) override { inner_->send(in_names(body, here_, there_)); }
  std::optional<std::string> receive() override {
    std::optional<std::string> body = inner_->receive();
    if (body && !first_too_deep(*body, FrameLimits{}.depth)) body = in_names(*body, there_, here_);
    return body;  // one that is no message is refused by who reads it
  }
  void interrupt() override { inner_->interrupt(); }
  void stop(std::chrono::milliseconds patience) override { inner_->stop(patience); }
  std::string last_words() const override { return inner_->last_words(); }

 private:
  static std::string in_names(const std::string& body, const std::string& from, const std::string& to) {
    Json message = Json::parse(body, nullptr, false);
    if (message.is_discarded()) return body;
    change_texts(message, [&](const std::string& text) -> std::optional<std::string> {
      if (!is_file_uri(text)) return std::nullopt;
      std::string uri;
      try {
        uri = file_uri(path_of_uri(text));  // servers spell them in many ways
      } catch (const Error&) {
        return std::nullopt;  // a text that only looks like a URI
      }
      const bool under = uri == from || uri.starts_with(from + "/");
      return under ? std::optional(to + uri.substr(from.size())) : std::nullopt;
    });
    return message.dump();
  }

  std::unique_ptr<Connection> inner_;
  std::string here_, there_;
};

}  // namespace

std::optional<std::string> root_of_database(const ServerProfile& profile, const std::string& root) {
  std::string name;
  const Json database = database_of(profile, root, name);
  if (!database.is_array()) return std::nullopt;
  std::optional<std::string> out;
  for (const std::string& folder : folders_of(database)) {
    const std::optional<std::string> one = root_in(folder, root);
    if (out && one && *one != *out) {
      throw LspError(Status::ls_crash, Error::input("a compilation database calls the workspace by two paths")
                                           .at(name)
                                           .found(*one)
                                           .expected(*out)
                                           .hint("make it anew in " + root));
    }
    if (one) out = one;
  }
  return out == root ? std::nullopt : out;
}

std::unique_ptr<Connection> renamed(std::unique_ptr<Connection> inner, const std::string& here,
                                    const std::string& there) {
  return std::make_unique<RenamedConnection>(std::move(inner), here, there);
}

}  // namespace gradus
