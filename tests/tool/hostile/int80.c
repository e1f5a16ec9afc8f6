// expect: forbidden or crashed
// Makes a 32-bit system call, whose numbers differ.
int f(int x) {
  int r;
  __asm__ volatile("int $0x80" : "=a"(r) : "a"(2) : "memory");
  return x + r;
}
