// Opens what is read: a file, a pipe, a device, or "-" for standard input.
//
//   const std::unique_ptr<std::istream> in = open_input("rollouts.jsonl");   // or Error::input
//   std::getline(*in, line);
//   throw Error::input("no").at(input_name(path), 3);                        // "standard input:3: no"
//
// A folder is refused. Reading that fails half-way leaves in->bad(). No seeking. What standard input and
// other open descriptors (<(...) of a shell) gave is kept, so that it can be opened again.
#pragma once

#include <istream>
#include <memory>
#include <string>

namespace gradus {

// `expected` says what stands in the file, for the message about a folder: "a JSONL file".
std::unique_ptr<std::istream> open_input(const std::string& path, const std::string& expected = "a file");

std::string input_name(const std::string& path);  // the path, or "standard input"

// The whole text, at most so many bytes.
std::string read_input(const std::string& path, size_t most_bytes, const std::string& expected = "a file");

}  // namespace gradus
