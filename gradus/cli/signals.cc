#include <csignal>

#include "gradus/cli/command.h"

namespace gradus {

namespace {

std::atomic<bool> stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "the handler below needs it");

void on_signal(int signal) {
  if (stop.exchange(true)) std::signal(signal, SIG_DFL), std::raise(signal);
}

}  // namespace

const std::atomic<bool>& stop_on_signals() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return stop;
}

}  // namespace gradus
