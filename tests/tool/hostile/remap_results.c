// expect: forbidden
// Unmaps all memory that it can find.
int f(int x) {
  for (long page = 0x10000000; page < 0x20000000; page += 4096) sys(11, page, 4096, 0, 0, 0, 0);
  return x;
}
