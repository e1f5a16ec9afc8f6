// expect: forbidden
// Waits instead of computing, to look like an overloaded machine.
int f(int x) {
  for (;;) sys(34, 0, 0, 0, 0, 0, 0);
  return x;
}
