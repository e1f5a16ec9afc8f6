#include "gradus/cli/progress_bar.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

namespace gradus {

namespace {

std::string clock_text(double seconds) {
  const int whole = static_cast<int>(seconds);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

ProgressBar::ProgressBar(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (!phase_.empty()) draw(true);
}

StudyEvents ProgressBar::events() {
  return {.phase = [this](const std::string& phase, size_t units) { begin(phase, units); },
          .progress = [this](const std::string& unit, double share) { update(unit, share); },
          .note = [this](const std::string& text) { note(text); }};
}

void ProgressBar::begin(const std::string& phase, size_t units) {
  const std::lock_guard lock(mutex_);
  if (!phase_.empty()) draw(true);
  phase_ = phase;
  units_ = units;
  tenths_ = -1;
  shares_.clear();
  started_ = std::chrono::steady_clock::now();
}

void ProgressBar::update(const std::string& unit, double share) {
  const std::lock_guard lock(mutex_);
  shares_[unit] = share;
  draw(false);
}

void ProgressBar::note(const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (!quiet_) fmt::print(stderr, "{}{}\n", terminal_ ? "\r\033[K" : "", text);
}

void ProgressBar::draw(bool last) {
  if (quiet_ || units_ == 0) return;
  double total = 0;
  size_t finished = 0;
  for (const auto& [unit, share] : shares_) {
    total += share;
    finished += share >= 1.0;
  }
  const double share = std::min(1.0, total / static_cast<double>(units_));
  const auto now = std::chrono::steady_clock::now();
  const double spent = std::chrono::duration<double>(now - started_).count();
  const std::string left =
      share > 0.02 && share < 1 ? ", about " + clock_text(spent / share - spent) + " left" : "";
  const std::string line = fmt::format("{}: {} of {} done, {:.0f} %, {}{}", phase_, finished, units_,
                                       100 * share, clock_text(spent), left);
  if (terminal_) {
    if (!last && std::chrono::duration<double>(now - drawn_).count() < 0.1) return;
    drawn_ = now;
    const int width = static_cast<int>(share * 24);
    fmt::print(stderr, "\r\033[K[{:-<24}] {}{}", std::string(static_cast<size_t>(width), '#'), line,
               last ? "\n" : "");
    std::fflush(stderr);
  } else if (static_cast<int>(share * 10) > tenths_) {
    tenths_ = static_cast<int>(share * 10);
    fmt::print(stderr, "{}\n", line);
  }
}

}  // namespace gradus
