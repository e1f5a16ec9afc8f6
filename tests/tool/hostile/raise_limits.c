// expect: forbidden
// Raises its own limits.
int f(int x) {
  long all[2] = {-1, -1};
  return x + sys(160, 9, (long)all, 0, 0, 0, 0);
}
