// expect: forbidden
// Catches SIGPROF, to outlive its time.
static void nothing(int s) {}
int f(int x) {
  long action[4] = {(long)nothing, 0x04000000, 0, 0};
  sys(13, 27, (long)action, 0, 8, 0, 0);
  for (;;) {}
  return x;
}
