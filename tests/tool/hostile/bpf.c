// expect: forbidden
// Loads a program into the kernel.
int f(int x) {
  char attributes[120] = {0};
  return x + sys(321, 5, (long)attributes, 120, 0, 0, 0);
}
