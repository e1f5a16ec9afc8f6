// Put before every program of this folder by the test: a system call without any library.
#define SWAP16(v) ((unsigned short)(((v) >> 8) | ((v) << 8)))
static long sys(long number, long a, long b, long c, long d, long e, long g) {
  long result;
  __asm__ volatile("mov %5, %%r10\n mov %6, %%r8\n mov %7, %%r9\n syscall"
                   : "=a"(result)
                   : "0"(number), "D"(a), "S"(b), "d"(c), "m"(d), "m"(e), "m"(g)
                   : "rcx", "r8", "r9", "r10", "r11", "memory");
  return result;
}
