// expect: crashed
// Stops the processor.
int f(int x) {
  __asm__ volatile("hlt");
  return x;
}
