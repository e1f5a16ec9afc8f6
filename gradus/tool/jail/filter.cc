#include "gradus/tool/jail/filter.h"

#include <cerrno>
#include <linux/seccomp.h>
#include <memory>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace gradus::jail {
namespace {

class Builder {
 public:
  Builder() : context_(seccomp_init(SCMP_ACT_KILL_PROCESS), seccomp_release) {
    if (!context_) throw ENOMEM;
    check(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
  }

  Builder& allow(std::initializer_list<int> calls) {
    for (int call : calls) check(seccomp_rule_add(context_.get(), SCMP_ACT_ALLOW, call, 0));
    return *this;
  }

  // The call fails with `error` and the caller lives on.
  Builder& fail(int error, std::initializer_list<int> calls) {
    for (int call : calls)
      check(seccomp_rule_add(context_.get(), SCMP_ACT_ERRNO(static_cast<uint32_t>(error)), call, 0));
    return *this;
  }

  Builder& allow_if(int call, scmp_arg_cmp condition) {
    check(seccomp_rule_add_array(context_.get(), SCMP_ACT_ALLOW, call, 1, &condition));
    return *this;
  }

  Filter build() {
    int fd = memfd_create("filter", MFD_CLOEXEC);
    if (fd < 0) throw errno;
    check(seccomp_export_bpf(context_.get(), fd));
    off_t size = lseek(fd, 0, SEEK_END);
    Filter filter(static_cast<size_t>(size) / sizeof(sock_filter));
    if (pread(fd, filter.data(), static_cast<size_t>(size), 0) != size) throw errno;
    close(fd);
    return filter;
  }

 private:
  static void check(int result) {
    if (result < 0) throw -result;
  }

  std::unique_ptr<void, decltype(&seccomp_release)> context_;
};

// Memory without a file behind it.
constexpr scmp_arg_cmp anonymous = {3, SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS};

}  // namespace

Filters build_filters() {
  Filters filters;
  // What files the compiler looks for does not exist; it must say so, not die.
  const auto files = {SCMP_SYS(open),   SCMP_SYS(openat),  SCMP_SYS(stat),  SCMP_SYS(newfstatat),
                      SCMP_SYS(access), SCMP_SYS(read),    SCMP_SYS(write), SCMP_SYS(writev),
                      SCMP_SYS(getcwd), SCMP_SYS(readlink)};
  filters.worker = Builder()
                       .allow({SCMP_SYS(recvfrom),      SCMP_SYS(sendto),
                               SCMP_SYS(clone),         SCMP_SYS(wait4),
                               SCMP_SYS(kill),          SCMP_SYS(rt_sigtimedwait),
                               SCMP_SYS(rt_sigsuspend), SCMP_SYS(rt_sigprocmask),
                               SCMP_SYS(clock_gettime), SCMP_SYS(prctl),
                               SCMP_SYS(setitimer),     SCMP_SYS(setrlimit),
                               SCMP_SYS(prlimit64),     SCMP_SYS(set_robust_list),
                               SCMP_SYS(rseq),          SCMP_SYS(close),
                               SCMP_SYS(brk),           SCMP_SYS(munmap),
                               SCMP_SYS(mremap),        SCMP_SYS(mprotect),
                               SCMP_SYS(exit_group)})
                       .allow_if(SCMP_SYS(mmap), anonymous)
                       .fail(ENOENT, files)
                       .build();
  filters.compile =
      Builder()
          .allow({SCMP_SYS(prctl), SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect),
                  SCMP_SYS(clock_gettime), SCMP_SYS(rt_sigsuspend), SCMP_SYS(exit_group)})
          .allow_if(SCMP_SYS(mmap), anonymous)
          .fail(ENOENT, files)
          .build();
  filters.run = Builder().allow({SCMP_SYS(exit_group)}).build();
  return filters;
}

int install(const Filter& filter) {
  sock_fprog program = {static_cast<unsigned short>(filter.size()), const_cast<sock_filter*>(filter.data())};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? 0 : errno;
}

}  // namespace gradus::jail
