// File URIs (RFC 8089, RFC 3986) and the form in which results name files of a workspace, "ws:///" with the
// path from the workspace root, so that a result does not depend on where the workspace lies.
//
//   file_uri("/home/me/a b.cc")                         "file:///home/me/a%20b.cc"
//   path_of_uri("file:///home/me/a%20b.cc")             "/home/me/a b.cc"
//   workspace_uri("file:///w/src/a.cc", "/w")           "ws:///src/a.cc";  outside of the root: unchanged
//   file_uri_of_workspace("ws:///src/a.cc", "/w")       "file:///w/src/a.cc"
//   path_in_workspace("/w/src/a.cc", "/w")              "src/a.cc";  outside: nothing
//
// Every byte that RFC 3986 does not count as unreserved is percent-encoded in upper case, '/' aside, so that
// two spellings of one file compare equal after path_of_uri and file_uri. Windows: "C:\x" is "file:///C:/x"
// with an upper-case drive letter; a folder of one letter and a colon at the root of a file system ("/c:/x")
// is therefore read as a drive. Host names other than "localhost" and encoded NUL bytes are refused. Nothing
// here looks at the disk: "..", "." and links are what gradus/lsp/jail judges.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gradus {

std::string percent_encoded(std::string_view path);  // '/' stays
std::string percent_decoded(std::string_view text);  // Error::input on a bad escape, with its byte

std::string file_uri(std::string_view path);    // of an absolute path
std::string path_of_uri(std::string_view uri);  // Error::input where `uri` names no local file
bool is_file_uri(std::string_view uri);         // by its scheme

// `root` is an absolute path without a slash at its end.
std::optional<std::string> path_in_workspace(std::string_view path, std::string_view root);
std::string workspace_uri(std::string_view uri, std::string_view root);
std::string workspace_uri_of_path(std::string_view path);                        // of a path from the root
std::string file_uri_of_workspace(std::string_view uri, std::string_view root);  // others: unchanged

}  // namespace gradus
