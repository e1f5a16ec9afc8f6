// expect: crashed
// Divides the smallest integer by -1.
int f(int x) {
  volatile int least = -2147483647 - 1, minus = -1;
  return least / minus + x;
}
