#include "gradus/lsp/uri.h"

#include <fmt/format.h>

#include "gradus/base/error.h"

namespace gradus {

namespace {

constexpr std::string_view kFile = "file://";
constexpr std::string_view kWorkspace = "ws:///";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// RFC 3986, 2.3, and the slash between path components.
bool stays(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~' || c == '/';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

[[noreturn]] void refuse(std::string_view uri, const std::string& expected) {
  throw Error::input("a URI names no local file").field("uri").found(std::string(uri)).expected(expected);
}

bool is_drive(std::string_view path) {
  if (path.size() < 2 || !is_letter(path[0]) || path[1] != ':') return false;
  return path.size() == 2 || path[2] == '/' || path[2] == '\\';
}

}  // namespace

std::string percent_encoded(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (stays(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<uint8_t>(c));
    }
  }
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      throw Error::input("a percent escape is not finished")
          .field(fmt::format("byte {}", i))
          .found(std::string(text.substr(i, 3)))
          .expected("% and two hexadecimal digits")
          .hint("write a percent sign as %25");
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string file_uri(std::string_view path) {
  if (is_drive(path)) {
    std::string slashed(path.substr(2));
    for (char& c : slashed) c = c == '\\' ? '/' : c;
    const char drive = static_cast<char>(path[0] & ~0x20);
    return fmt::format("file:///{}:{}", drive, percent_encoded(slashed));
  }
  if (path.empty() || path[0] != '/') {
    throw Error::input("a file URI needs an absolute path").field("path").found(std::string(path));
  }
  return std::string(kFile) + percent_encoded(path);
}

bool is_file_uri(std::string_view uri) {
  return uri.substr(0, kFile.size()) == kFile;
}

std::string path_of_uri(std::string_view uri) {
  if (!is_file_uri(uri)) refuse(uri, "file:///path");
  std::string_view rest = uri.substr(kFile.size());
  constexpr std::string_view kHere = "localhost";
  if (rest.substr(0, kHere.size()) == kHere) rest.remove_prefix(kHere.size());
  if (rest.empty() || rest[0] != '/') refuse(uri, "file:///path, without a host name");
  if (rest.find_first_of("?#") != std::string_view::npos) refuse(uri, "no query and no fragment");
  std::string path = percent_decoded(rest);
  if (path.find('\0') != std::string::npos) refuse(uri, "a path without NUL bytes");
  if (!is_drive(std::string_view(path).substr(1))) return path;
  path.erase(0, 1);
  path[0] = static_cast<char>(path[0] & ~0x20);
  return path;
}

std::optional<std::string> path_in_workspace(std::string_view path, std::string_view root) {
  if (path.size() <= root.size() + 1 || path.substr(0, root.size()) != root || path[root.size()] != '/') {
    return std::nullopt;
  }
  return std::string(path.substr(root.size() + 1));
}

std::string workspace_uri(std::string_view uri, std::string_view root) {
  if (!is_file_uri(uri)) return std::string(uri);
  const std::string path = path_of_uri(uri);
  const std::optional<std::string> inside = path_in_workspace(path, root);
  return inside ? std::string(kWorkspace) + percent_encoded(*inside) : file_uri(path);
}

std::string workspace_uri_of_path(std::string_view path) {
  return std::string(kWorkspace) + percent_encoded(path);
}

std::string file_uri_of_workspace(std::string_view uri, std::string_view root) {
  if (uri.substr(0, kWorkspace.size()) != kWorkspace) return std::string(uri);
  return std::string(kFile) + percent_encoded(root) + "/" + std::string(uri.substr(kWorkspace.size()));
}

}  // namespace gradus
