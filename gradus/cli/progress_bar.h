// Shows how far a study is: one line that is redrawn on a terminal, a plain line every tenth otherwise.
// Written to standard error; safe to use from many threads.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "gradus/study/run.h"

namespace gradus {

// A bar as long as there is room for beside the text; none where there is not, and then as much of the text
// as fits in one line.
std::string progress_line(double share, const std::string& text, size_t columns);

class ProgressBar {
 public:
  explicit ProgressBar(bool quiet);
  ~ProgressBar();
  StudyEvents events();  // valid while this bar lives

 private:
  void begin(const std::string& phase, size_t units);
  void update(const std::string& unit, double share);
  void note(const std::string& text);
  void draw(bool last);

  bool quiet_, terminal_;
  std::mutex mutex_;
  std::string phase_;
  size_t units_ = 0;
  int tenths_ = -1;
  std::map<std::string, double> shares_;
  std::chrono::steady_clock::time_point started_, drawn_;
};

}  // namespace gradus
