// expect: forbidden
// Reaches the kernel through io_uring instead of socket().
int f(int x) {
  char parameters[120] = {0};
  return x + sys(425, 8, (long)parameters, 0, 0, 0, 0);
}
