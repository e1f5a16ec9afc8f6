// A workspace in a temporary folder that goes away with its owner.
#pragma once

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <stdlib.h>
#include <string>

#include "gradus/lsp/status.h"

namespace gradus {

class SmallWorkspace {
 public:
  explicit SmallWorkspace(const std::filesystem::path& where = std::filesystem::temp_directory_path()) {
    std::string pattern = (where / "gradus-lsp-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    root_ = pattern;
  }
  ~SmallWorkspace() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  SmallWorkspace(const SmallWorkspace&) = delete;
  SmallWorkspace& operator=(const SmallWorkspace&) = delete;

  std::string root() const { return root_.string(); }
  std::filesystem::path path(const std::string& name) const { return root_ / name; }
  std::string uri(const std::string& name) const { return "file://" + path(name).string(); }

  void write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories(path(name).parent_path());
    std::ofstream(path(name), std::ios::binary) << bytes;
  }

  std::string read(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }

  // Every file and folder, sorted, for "nothing else is left here".
  std::string listing() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) {
      names.push_back(entry.path().lexically_relative(root_).string());
    }
    std::sort(names.begin(), names.end());
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : " ") + name;
    return out;
  }

 private:
  std::filesystem::path root_;
};

// The status that `action` ends with, and the whole sentence in `text` where that is asked for.
template <class Action>
Status status_of(Action action, std::string* text = nullptr) {
  try {
    action();
  } catch (const LspError& error) {
    if (text != nullptr) *text = error.what();
    return error.status();
  }
  return Status::ok;
}

}  // namespace gradus
