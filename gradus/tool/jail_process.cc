#include "gradus/tool/jail_process.h"

#include <cstring>
#include <fmt/format.h>

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
void append(std::string& bytes, const T* data, size_t count) {
  bytes.append(reinterpret_cast<const char*>(data), count * sizeof(T));
}

std::string encode(std::span<const SandboxJob> jobs, std::span<const size_t> indices) {
  std::string bytes(sizeof(jail::BatchHeader), '\0');
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

// Hanging up makes the guard kill and bury its worker. A guard that cannot, because somebody stopped it, is
// killed itself; then the worker dies with it.
JailProcess::JailProcess(const SandboxOptions& options, const std::filesystem::path& program)
    : patience_(milliseconds(options.wall_ms) + grace),
      guard_({program.string(), std::to_string(options.cpu_ms), std::to_string(options.wall_ms),
              std::to_string(options.memory_mib), std::to_string(mask_of(options.give_up))},
             {.name = "the sandbox program",
              .hint = "gradus-jail belongs beside the program or into ../lib/gradus from there; $GRADUS_JAIL "
                      "names another place",
              .socket = jail::socket_fd}) {
  try {
    check_layers(options);
  } catch (...) {
    guard_.end(farewell);
    throw;
  }
}

JailProcess::~JailProcess() {
  guard_.end(farewell);
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

size_t JailProcess::exchange(std::span<const SandboxJob> jobs, std::span<const size_t> indices,
                             std::vector<SandboxResult>& results) {
  if (!guard_.send(encode(jobs, indices), steady_clock::now() + patience_)) return 0;
  for (size_t i = 0; i < indices.size(); ++i)
    if (!receive_result(jobs[indices[i]], results[indices[i]])) return i;
  return indices.size();
}

bool JailProcess::receive(void* data, size_t size, milliseconds patience) {
  return guard_.receive(data, size, steady_clock::now() + patience);
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
