// expect: forbidden
// Overwrites a file of the host.
int f(int x) {
  long fd = sys(2, (long)"@CANARY@", 01001, 0, 0, 0, 0);
  return x + sys(1, fd, (long)"stolen", 6, 0, 0, 0);
}
