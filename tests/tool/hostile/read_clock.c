// expect: crashed
// Reads the cycle counter, to behave differently each time.
int f(int x) {
  int low;
  __asm__ volatile("rdtsc" : "=a"(low) : : "rdx");
  return low + x;
}
