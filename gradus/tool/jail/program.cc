#include "gradus/tool/jail/program.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <libtcc.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

// libtcc asks the dynamic linker for names that a program does not define. It must find none: a program
// that calls system() or fork() without declaring it is then refused as "undefined symbol".
extern "C" {
void* dlsym(void*, const char*) {
  return nullptr;
}
void* dlopen(const char*, int) {
  return nullptr;
}
int dlclose(void*) {
  return 0;
}

// And no time of day, for __TIME__ and __DATE__: the same program gives the same outputs.
time_t time(time_t* now) {
  if (now != nullptr) *now = 0;
  return 0;
}
}

namespace gradus::jail {
namespace {

// Keeps the first complaint: its last line (those before only say what included what), with "<string>:N:"
// turned into the line of the program, which the declaration of the entry comes before.
void remember(void* opaque, const char* text) {
  auto& shared = *static_cast<Shared*>(opaque);
  if (shared.message_size != 0) return;
  if (const char* line = strrchr(text, '\n'); line != nullptr && line[1] != 0) text = line + 1;
  long number = 0;
  int prefix = 0, size = 0;
  if (sscanf(text, "<string>:%ld%n", &number, &prefix) == 1)
    size = snprintf(shared.message, max_message, "line %ld%s", number - 1, text + prefix);
  else
    size = snprintf(shared.message, max_message, "%s", text);
  shared.message_size = static_cast<uint32_t>(std::clamp(size, 0, static_cast<int>(max_message) - 1));
}

// Uninitialised locals must read the same in every run and for every input.
[[gnu::noinline]] void clear_stack() {
  char below[16 * 1024];
  memset(below, 0, sizeof below);
  asm volatile("" : : "r"(below) : "memory");
}

int call(void* function, uint32_t arity, const int32_t* v) {
  using I = int;
  switch (arity) {
    case 0:
      return reinterpret_cast<I (*)()>(function)();
    case 1:
      return reinterpret_cast<I (*)(I)>(function)(v[0]);
    case 2:
      return reinterpret_cast<I (*)(I, I)>(function)(v[0], v[1]);
    case 3:
      return reinterpret_cast<I (*)(I, I, I)>(function)(v[0], v[1], v[2]);
    case 4:
      return reinterpret_cast<I (*)(I, I, I, I)>(function)(v[0], v[1], v[2], v[3]);
    case 5:
      return reinterpret_cast<I (*)(I, I, I, I, I)>(function)(v[0], v[1], v[2], v[3], v[4]);
    default:
      return reinterpret_cast<I (*)(I, I, I, I, I, I)>(function)(v[0], v[1], v[2], v[3], v[4], v[5]);
  }
}

// For a machine that cannot confine the program: using no CPU time until the wall clock runs out is the one
// sign of an infrastructure failure that a program cannot forge.
[[noreturn]] void wait_to_be_killed() {
  sigset_t none;
  sigemptyset(&none);
  for (;;) sigsuspend(&none);
}

struct Image {
  void* code;      // relocated text and data, executable
  void* pristine;  // its state before the first call
  size_t size;
  void* entry;
};

void* map_memory(size_t size, int protection) {
  void* memory = mmap(nullptr, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) _exit(exit_memory);
  return memory;
}

Image compile(TCCState* compiler, const Task& task, Shared& shared) {
  if (tcc_compile_string(compiler, task.source) != 0) {
    bool memory = memmem(shared.message, shared.message_size, "memory full", 11) != nullptr;
    _exit(memory ? exit_memory : exit_refused);
  }
  int size = tcc_relocate(compiler, nullptr);
  if (size <= 0) _exit(exit_refused);
  Image image{nullptr, nullptr, static_cast<size_t>(size), nullptr};
  image.code = map_memory(image.size, PROT_READ | PROT_WRITE);
  if (tcc_relocate(compiler, image.code) != 0) _exit(exit_refused);
  image.entry = tcc_get_symbol(compiler, task.entry);
  if (image.entry == nullptr) {
    remember(&shared, "error: the entry function is not defined");
    _exit(exit_refused);
  }
  image.pristine = map_memory(image.size, PROT_READ | PROT_WRITE);
  memcpy(image.pristine, image.code, image.size);
  return image;
}

}  // namespace

TCCState* make_compiler(Shared& shared) {
  TCCState* compiler = tcc_new();
  if (compiler == nullptr) return nullptr;
  tcc_set_error_func(compiler, &shared, remember);
  tcc_set_options(compiler, "-nostdlib -nostdinc -w");
  tcc_set_output_type(compiler, TCC_OUTPUT_MEMORY);
  // What the compiler itself emits calls to, for initialisers and struct assignment.
  tcc_add_symbol(compiler, "memset", reinterpret_cast<void*>(&memset));
  tcc_add_symbol(compiler, "memcpy", reinterpret_cast<void*>(&memcpy));
  tcc_add_symbol(compiler, "memmove", reinterpret_cast<void*>(&memmove));
  return compiler;
}

void run_program(TCCState* compiler, Task& task, const Filters* filters, const Limits& limits,
                 const ClockPages& clock, Shared& shared) {
  close(socket_fd);
  limit_program(limits);
  if (filters != nullptr && install(filters->compile) != 0) wait_to_be_killed();
  shared.phase = Phase::compiling;
  Image image = compile(compiler, task, shared);
  // No clock: the same program gives the same outputs.
  if (!clock.unmap()) wait_to_be_killed();
  shared.phase = Phase::running;
  if (filters != nullptr && install(filters->run) != 0) wait_to_be_killed();
  for (uint32_t i = 0; i < task.inputs; ++i) {
    // Comparing first spares programs without static variables the writes.
    if (i > 0 && memcmp(image.code, image.pristine, image.size) != 0)
      memcpy(image.code, image.pristine, image.size);
    clear_stack();
    shared.outputs[i] = call(image.entry, task.arity, task.values + i * task.arity);
    shared.returned = i + 1;
  }
  shared.phase = Phase::done;
  _exit(exit_done);
}

}  // namespace gradus::jail
