// expect: forbidden
// Leaves a process behind that outlives the kill.
int f(int x) {
  if (sys(57, 0, 0, 0, 0, 0, 0) == 0) {
    sys(112, 0, 0, 0, 0, 0, 0);
    if (sys(57, 0, 0, 0, 0, 0, 0) == 0)
      for (;;) {}
    sys(231, 0, 0, 0, 0, 0, 0);
  }
  return x;
}
