// expect: forbidden
// Turns its timer off.
int f(int x) {
  long none[4] = {0, 0, 0, 0};
  sys(38, 2, (long)none, 0, 0, 0, 0);
  for (;;) {}
  return x;
}
