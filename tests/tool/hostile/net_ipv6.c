// expect: forbidden
// Connects over IPv6.
int f(int x) {
  char to[28] = {10, 0, 0, 80};
  to[23] = 1;
  return x + sys(42, sys(41, 10, 1, 0, 0, 0, 0), (long)to, 28, 0, 0, 0);
}
