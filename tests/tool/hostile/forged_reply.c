// expect: forbidden
// Writes a passing reply to the socket of the worker.
int f(int x) {
  int reply[] = {0, 0, 2, 3, 15};
  for (int fd = 0; fd < 64; fd++) sys(44, fd, (long)reply, sizeof reply, 0, 0, 0);
  return x;
}
