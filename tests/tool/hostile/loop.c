// expect: timed_out
// Never ends.
int f(int x) {
  for (;;) x++;
  return x;
}
