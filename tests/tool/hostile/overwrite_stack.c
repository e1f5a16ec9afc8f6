// expect: crashed
// Overwrites all of the stack above it, results included.
int f(int x) {
  int* p = &x;
  for (;;) *p++ = 2 * x + 1;
}
