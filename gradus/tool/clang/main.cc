// gradus-clang: reads model-written C with libclang, in a process that may die of it. Started by c_facts()
// (gradus/tool/c_facts.h), never by hand; ends when its caller hangs up.
//
// It opens no file once libclang is loaded (what a source includes is not there), writes none, and has limits
// on memory, and on processor time for each translation unit.
#include <cerrno>
#include <cstring>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gradus/base/error.h"
#include "gradus/tool/clang/reader.h"

namespace gradus::clang_child {
namespace {

constexpr size_t stack_bytes = size_t{8} << 20;  // whatever the limit of the caller is

bool receive(void* data, size_t size) {
  auto* bytes = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t got = recv(socket_fd, bytes, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

bool send_all(const std::string& bytes) {
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t put = send(socket_fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    sent += static_cast<size_t>(put);
  }
  return true;
}

template <class T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void limit(__rlimit_resource which, rlim_t most) {
  const rlimit limits{most, most};
  setrlimit(which, &limits);
}

bool greet() {
  Hello hello{protocol_version, 1, 0};
  std::string text;
  try {
    text = version_of_libclang();
    const std::string small = "int f(int a) {\nreturn a;\n}\n";
    read_c_functions({&small, 1});  // what libclang opens once, it opens now
  } catch (const Error& error) {
    hello.works = 0;
    text = error.what();
  }
  hello.size = static_cast<uint32_t>(text.size());
  std::string bytes;
  append(bytes, hello);
  return send_all(bytes + text) && hello.works == 1;
}

bool take_sources(std::vector<std::string>& sources) {
  BatchHeader batch{};
  if (!receive(&batch, sizeof batch) || batch.sources > max_batch) return false;
  sources.resize(batch.sources);
  for (std::string& source : sources) {
    SourceHeader header{};
    if (!receive(&header, sizeof header) || header.size > max_source) return false;
    source.resize(header.size);
    if (!receive(source.data(), header.size)) return false;
  }
  return true;
}

void* serve(void*) {
  if (!greet()) return nullptr;
  limit(RLIMIT_NOFILE, socket_fd + 1);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_AS, rlim_t{memory_mib} << 20);
  std::vector<std::string> sources;
  while (take_sources(sources)) {
    std::string reply;
    for (const CFunctionFacts& facts : read_c_functions(sources)) {
      append(reply, FactsHeader{facts.compiles ? 1u : 0u, static_cast<uint32_t>(facts.findings.size())});
      for (const CFinding& finding : facts.findings)
        append(reply, Finding{static_cast<int32_t>(finding.fact), finding.line});
    }
    if (!send_all(reply)) return nullptr;
  }
  return nullptr;
}

}  // namespace
}  // namespace gradus::clang_child

int main() {
  using namespace gradus::clang_child;
  syscall(SYS_close_range, socket_fd + 1, ~0U, 0);
  limit(RLIMIT_CORE, 0);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  pthread_t thread;
  if (pthread_create(&thread, &attributes, serve, nullptr) != 0) return 1;
  pthread_join(thread, nullptr);
  return 0;
}
