#include "gradus/cli/progress_bar.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace gradus {

namespace {

std::string clock_text(double seconds) {
  const int whole = static_cast<int>(seconds);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

// Of the terminal, asked each time: windows change. 80 where it does not tell.
size_t terminal_columns() {
  winsize size{};
  const bool told = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return told ? size.ws_col : 80;
}

// A lost line of progress changes nothing.
void say(const std::string& text) {
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace

std::string progress_line(double share, const std::string& text, size_t columns) {
  constexpr size_t kWidest = 24, kNarrowest = 6, kFrame = 3;  // brackets and a space
  const size_t most = columns > 0 ? columns - 1 : 0;          // a full line would wrap on some terminals
  const size_t room = most > text.size() + kFrame ? most - text.size() - kFrame : 0;
  const size_t width = std::min(room, kWidest);
  if (width < kNarrowest) return text.substr(0, most);
  const size_t done = static_cast<size_t>(share * static_cast<double>(width));
  return "[" + std::string(done, '#') + std::string(width - done, '-') + "] " + text;
}

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
  if (!quiet_) say(fmt::format("{}{}\n", terminal_ ? "\r\033[K" : "", text));
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
    say("\r\033[K" + progress_line(share, line, terminal_columns()) + (last ? "\n" : ""));
  } else if (static_cast<int>(share * 10) > tenths_) {
    tenths_ = static_cast<int>(share * 10);
    say(line + "\n");
  }
}

}  // namespace gradus
