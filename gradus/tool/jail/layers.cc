#include "gradus/tool/jail/layers.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gradus::jail {
namespace {

constexpr uid_t nobody = 65534;
constexpr rlim_t stack_bytes = 8u << 20;

int error_of(long result) {
  return result == 0 ? 0 : errno;
}

// Root becomes nobody first: a process that breaks out of everything else is then still nobody.
int become_nobody() {
  if (geteuid() != 0) return 0;
  if (setgroups(0, nullptr) != 0 || setresgid(nobody, nobody, nobody) != 0 ||
      setresuid(nobody, nobody, nobody) != 0)
    return errno;
  return error_of(prctl(PR_SET_DUMPABLE, 1));  // else /proc/self/uid_map would belong to root
}

int write_text(const char* path, const char* text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  auto size = static_cast<ssize_t>(strlen(text));
  int error = write(fd, text, strlen(text)) == size ? 0 : errno;
  close(fd);
  return error;
}

// Inside, the one identity that exists is nobody.
int enter_user_namespace() {
  if (int error = become_nobody()) return error;
  char uids[64], gids[64];
  snprintf(uids, sizeof uids, "%u %u 1", nobody, geteuid());
  snprintf(gids, sizeof gids, "%u %u 1", nobody, getegid());
  if (unshare(CLONE_NEWUSER) != 0) return errno;
  if (int error = write_text("/proc/self/setgroups", "deny")) return error;
  if (int error = write_text("/proc/self/uid_map", uids)) return error;
  return write_text("/proc/self/gid_map", gids);
}

// Tried in a child first: a root that cannot have a user namespace must not have become nobody,
// or it could not put up the other walls either.
int probe_user_namespace() {
  pid_t child = fork();
  if (child < 0) return errno;
  if (child == 0) _exit(enter_user_namespace());
  int status = 0;
  if (waitpid(child, &status, 0) != child) return errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : EFAULT;
}

// An empty, read-only tmpfs becomes the root; nothing of the host's tree stays reachable.
int enter_empty_root() {
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return errno;
  unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (mount("gradus-jail", "/tmp", "tmpfs", flags, "size=4k,nr_inodes=1,mode=0555") != 0) return errno;
  if (chdir("/tmp") != 0 || syscall(SYS_pivot_root, ".", ".") != 0) return errno;
  if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0) return errno;
  return error_of(mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, nullptr));
}

int drop_privileges() {
  if (int error = become_nobody()) return error;
  // Without CAP_SETPCAP the bounding set cannot be emptied; no_new_privs makes it moot.
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
    prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  if (syscall(SYS_capset, &header, none) != 0) return errno;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  return error_of(prctl(PR_SET_DUMPABLE, 0));  // no ptrace from beside, no core
}

int limit(int resource, rlim_t value) {
  rlimit limits = {value, value};
  return error_of(setrlimit(static_cast<__rlimit_resource>(resource), &limits));
}

// The address space of this program itself is not charged to the programs that it will run.
rlim_t own_address_space() {
  unsigned long pages = 0;
  if (FILE* file = fopen("/proc/self/statm", "re")) {
    if (fscanf(file, "%lu", &pages) != 1) pages = 0;
    fclose(file);
  }
  return static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

int limit_worker(rlim_t own, const Limits& limits) {
  if (own == 0) return ENOENT;
  int error = limit(RLIMIT_AS, own + stack_bytes + (static_cast<rlim_t>(limits.memory_mib) << 20));
  if (error == 0) error = limit(RLIMIT_STACK, stack_bytes);
  for (int resource :
       {RLIMIT_FSIZE, RLIMIT_CORE, RLIMIT_NOFILE, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE, RLIMIT_LOCKS})
    if (error == 0) error = limit(resource, 0);
  return error;
}

}  // namespace

void Walls::record(SandboxLayer layer, int error) {
  if (error == 0) hello_.in_force |= bit(layer);
  hello_.error[static_cast<size_t>(layer)] = error;
}

void Walls::separate() {
  if (wanted(SandboxLayer::user_ns)) {
    int error = probe_user_namespace();
    record(SandboxLayer::user_ns, error != 0 ? error : enter_user_namespace());
  }
  const struct {
    SandboxLayer layer;
    int flag;
  } namespaces[] = {{SandboxLayer::pid_ns, CLONE_NEWPID},
                    {SandboxLayer::net_ns, CLONE_NEWNET},
                    {SandboxLayer::mount_ns, CLONE_NEWNS},
                    {SandboxLayer::ipc_ns, CLONE_NEWIPC},
                    {SandboxLayer::uts_ns, CLONE_NEWUTS}};
  for (auto [layer, flag] : namespaces)
    if (wanted(layer)) record(layer, error_of(unshare(flag)));
}

void Walls::enclose(const Limits& limits) {
  rlim_t own = own_address_space();  // /proc is out of reach after this
  if (wanted(SandboxLayer::mount_ns) && hello_.error[static_cast<size_t>(SandboxLayer::mount_ns)] == 0) {
    hello_.in_force &= ~bit(SandboxLayer::mount_ns);
    record(SandboxLayer::mount_ns, enter_empty_root());
  }
  if (wanted(SandboxLayer::uts_ns) && (hello_.in_force & bit(SandboxLayer::uts_ns)) != 0)
    record(SandboxLayer::uts_ns, error_of(sethostname("jail", 4)));
  if (wanted(SandboxLayer::privileges)) record(SandboxLayer::privileges, drop_privileges());
  if (wanted(SandboxLayer::rlimits)) record(SandboxLayer::rlimits, limit_worker(own, limits));
}

ClockPages::ClockPages() {
  FILE* const file = fopen("/proc/self/maps", "re");
  if (file == nullptr) throw errno;
  char line[512];
  while (fgets(line, sizeof line, file) != nullptr) {
    if (strstr(line, "[vvar") == nullptr && strstr(line, "[vdso") == nullptr) continue;
    unsigned long begin = 0, end = 0;
    if (sscanf(line, "%lx-%lx", &begin, &end) == 2 && count_ < most) ranges_[count_++] = {begin, end};
  }
  fclose(file);
}

bool ClockPages::unmap() const {
  for (size_t i = 0; i < count_; ++i) {
    if (munmap(reinterpret_cast<void*>(ranges_[i].begin), ranges_[i].end - ranges_[i].begin) != 0)
      return false;
  }
  return true;
}

void limit_program(const Limits& limits) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  limit(RLIMIT_NPROC, 0);
  limit(RLIMIT_CPU, static_cast<rlim_t>(limits.cpu_ms / 1000 + 2));
  itimerval timer = {{0, 0}, {limits.cpu_ms / 1000, limits.cpu_ms % 1000 * 1000}};
  setitimer(ITIMER_PROF, &timer, nullptr);  // SIGPROF ends the program at its CPU limit
#ifdef PR_SET_TSC
  prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0);  // no clock: the same program gives the same outputs
#endif
}

}  // namespace gradus::jail
