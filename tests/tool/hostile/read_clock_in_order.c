// expect: crashed
// Reads the cycle counter by its other instruction, rdtscp.
int f(int x) {
  int low;
  __asm__ volatile(".byte 0x0f, 0x01, 0xf9" : "=a"(low) : : "rdx", "rcx");
  return low + x;
}
