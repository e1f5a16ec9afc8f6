// The one exception type of the library. It says what happened, where, what was found, what was
// expected and what to do next, and it knows the exit code that the command line gives for it.
//
//   throw Error::input("unknown key").at(path, line).field("arm.recpie")
//       .found("recpie").expected("one of: recipe, weight").hint("did you mean 'recipe'?");
//
// The library never prints and never aborts; `gradus/cli` turns an Error into one paragraph.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

enum class ErrorKind {
  input,      // a file, flag or value that the user gave is wrong            (exit code 2)
  refused,    // it ran, and the answer is no                                 (exit code 1)
  outside,    // something outside failed: disk, tool, server, missing layer  (exit code 3)
  cancelled,  // the user asked to stop; state on disk is resumable           (exit code 130)
  internal,   // a broken invariant: a bug in Gradus                          (exit code 70)
};

class Error : public std::exception {
 public:
  static Error input(std::string what) { return Error(ErrorKind::input, std::move(what)); }
  static Error refused(std::string what) { return Error(ErrorKind::refused, std::move(what)); }
  static Error outside(std::string what) { return Error(ErrorKind::outside, std::move(what)); }
  static Error cancelled(std::string what) { return Error(ErrorKind::cancelled, std::move(what)); }
  static Error internal(std::string what) { return Error(ErrorKind::internal, std::move(what)); }

  Error& at(std::string file, int line = 0);  // line 0: the place within the file is not known
  Error& field(std::string name);
  Error& found(std::string value);
  Error& expected(std::string value);
  Error& hint(std::string text);

  const char* what() const noexcept override { return text_.c_str(); }
  ErrorKind kind() const { return kind_; }
  int exit_code() const;
  const std::string& file() const { return file_; }
  int line() const { return line_; }
  const std::string& field_name() const { return field_; }

 private:
  Error(ErrorKind kind, std::string what);
  void render();

  ErrorKind kind_;
  int line_ = 0;
  std::string message_, file_, field_, found_, expected_, hint_, text_;
};

// "1 rollout", "2 rollouts".
std::string counted(size_t count, std::string_view noun);

// Throws Error::internal when an invariant is broken; alive in every build type.
void require(bool condition, std::string_view what);

// The names of `known` nearest to `name` by edit distance, best first, at most three, none that is too far.
std::vector<std::string> nearest_names(std::string_view name, const std::vector<std::string>& known);

// "did you mean 'x' or 'y'?", or "known: a, b, c" where nothing is near.
std::string suggest(std::string_view name, const std::vector<std::string>& known);

}  // namespace gradus
