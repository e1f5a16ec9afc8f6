#include "gradus/tool/jail_process.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradus/base/error.h"

namespace gradus {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// On top of the wall clock of one program: time for the worker itself to be scheduled.
constexpr milliseconds grace{5000};

// For a guard to end its worker.
constexpr milliseconds farewell{2000};

uint32_t mask_of(const std::vector<SandboxLayer>& layers) {
  uint32_t mask = 0;
  for (SandboxLayer layer : layers) mask |= jail::bit(layer);
  return mask;
}

template <class T>
void append(std::vector<unsigned char>& bytes, const T* data, size_t count) {
  const auto* begin = reinterpret_cast<const unsigned char*>(data);
  bytes.insert(bytes.end(), begin, begin + count * sizeof(T));
}

std::vector<unsigned char> encode(std::span<const SandboxJob> jobs, std::span<const size_t> indices) {
  std::vector<unsigned char> bytes(sizeof(jail::BatchHeader));
  for (size_t index : indices) {
    const SandboxJob& job = jobs[index];
    jail::JobHeader header = {static_cast<uint32_t>(job.entry.size()),
                              static_cast<uint32_t>(job.source.size()), static_cast<uint32_t>(job.arity),
                              static_cast<uint32_t>(job.inputs.size())};
    append(bytes, &header, 1);
    append(bytes, job.entry.data(), job.entry.size());
    append(bytes, job.source.data(), job.source.size());
    for (const auto& row : job.inputs) append(bytes, row.data(), row.size());
  }
  jail::BatchHeader batch = {static_cast<uint32_t>(indices.size()),
                             static_cast<uint32_t>(bytes.size() - sizeof(jail::BatchHeader))};
  memcpy(bytes.data(), &batch, sizeof batch);
  return bytes;
}

}  // namespace

JailProcess::JailProcess(const SandboxOptions& options, const std::filesystem::path& program)
    : patience_(milliseconds(options.wall_ms) + grace) {
  spawn(options, program);
  try {
    check_layers(options);
  } catch (...) {
    stop();
    throw;
  }
}

JailProcess::~JailProcess() {
  stop();
}

void JailProcess::spawn(const SandboxOptions& options, const std::filesystem::path& program) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw Error::outside(fmt::format("the sandbox has no socket: {}", strerror(errno)));
  std::string words[] = {program.string(), std::to_string(options.cpu_ms), std::to_string(options.wall_ms),
                         std::to_string(options.memory_mib), std::to_string(mask_of(options.give_up))};
  char* arguments[] = {words[0].data(), words[1].data(), words[2].data(),
                       words[3].data(), words[4].data(), nullptr};
  char* environment[] = {nullptr};
  // Moved above the number it gets in the jail, so that dup2 always clears close-on-exec there.
  int theirs = ends[1] > jail::socket_fd ? ends[1] : fcntl(ends[1], F_DUPFD_CLOEXEC, jail::socket_fd + 1);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, theirs, jail::socket_fd);
  int error = posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  if (theirs != ends[1]) close(theirs);
  close(ends[1]);
  socket_ = ends[0];
  if (error == 0) return;
  pid_ = -1;
  stop();
  throw Error::outside(fmt::format("the sandbox program does not start: {}", strerror(error)))
      .at(program.string())
      .hint("`make build` leaves gradus-jail beside gradus; $GRADUS_JAIL names another place");
}

void JailProcess::check_layers(const SandboxOptions& options) {
  if (!receive(&hello_, sizeof hello_, grace) || hello_.version != jail::protocol_version)
    throw Error::outside("the sandbox program did not report for work")
        .hint("it must be the gradus-jail of the same build");
  std::string missing, names;
  for (SandboxLayer layer : all_sandbox_layers()) {
    auto bit = jail::bit(layer);
    if (((hello_.in_force | mask_of(options.give_up)) & bit) != 0) continue;
    auto name = sandbox_layer_name(layer);
    int error = hello_.error[static_cast<size_t>(layer)];
    missing += fmt::format("{}{} ({})", missing.empty() ? "" : ", ", name, strerror(error));
    names += fmt::format("{}{}", names.empty() ? "" : ",", name);
  }
  if (missing.empty()) return;
  throw Error::outside("this machine refuses layers of the sandbox")
      .found("missing: " + missing)
      .expected("every layer, because model-written code is hostile code")
      .hint("to run with less isolation, give up these layers by name: " + names);
}

// Hanging up makes the guard kill and bury its worker. A guard that cannot, because somebody stopped it, is
// killed itself; then the worker dies with it.
void JailProcess::stop() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
  if (pid_ <= 0) return;
  int guard = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  pollfd event = {guard, POLLIN, 0};
  if (guard < 0 || poll(&event, 1, static_cast<int>(farewell.count())) <= 0) kill(pid_, SIGKILL);
  if (guard >= 0) close(guard);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

size_t JailProcess::exchange(std::span<const SandboxJob> jobs, std::span<const size_t> indices,
                             std::vector<SandboxResult>& results) {
  if (!send(encode(jobs, indices))) return 0;
  for (size_t i = 0; i < indices.size(); ++i)
    if (!receive_result(jobs[indices[i]], results[indices[i]])) return i;
  return indices.size();
}

bool JailProcess::send(const std::vector<unsigned char>& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    pollfd event = {socket_, POLLOUT, 0};
    int ready = poll(&event, 1, static_cast<int>(patience_.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    ssize_t put = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (put <= 0) return false;
    sent += static_cast<size_t>(put);
  }
  return true;
}

bool JailProcess::receive(void* data, size_t size, milliseconds patience) {
  auto deadline = steady_clock::now() + patience;
  auto* bytes = static_cast<unsigned char*>(data);
  while (size > 0) {
    auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
    pollfd event = {socket_, POLLIN, 0};
    int ready = left <= 0 ? 0 : poll(&event, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    ssize_t got = recv(socket_, bytes, size, MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return false;
    bytes += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

// Trusts nothing: a worker that was taken over may send anything.
bool JailProcess::receive_result(const SandboxJob& job, SandboxResult& result) {
  jail::ReplyHeader header;
  if (!receive(&header, sizeof header, patience_) || header.message_size > jail::max_message ||
      header.outputs > job.inputs.size() || header.status > static_cast<uint32_t>(RunStatus::infrastructure))
    return false;
  std::string message(header.message_size, '\0');
  std::vector<int32_t> outputs(header.outputs);
  if (!receive(message.data(), message.size(), grace) ||
      !receive(outputs.data(), outputs.size() * sizeof(int32_t), grace))
    return false;
  auto status = static_cast<RunStatus>(header.status);
  if (status == RunStatus::ok && header.outputs != job.inputs.size()) return false;
  for (char& c : message)
    if (c < 32 || c > 126) c = '?';  // no control sequence of a program reaches a terminal
  result.status = status;
  result.message = std::move(message);
  result.outputs.assign(outputs.begin(), outputs.end());
  result.outputs.resize(job.inputs.size());
  return true;
}

}  // namespace gradus
