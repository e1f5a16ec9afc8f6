// expect: forbidden
// Creates a file.
int f(int x) {
  long fd = sys(257, -100, (long)"@CANARY@.created", 0102, 0777, 0, 0);
  return x + sys(1, fd, (long)"x", 1, 0, 0, 0);
}
