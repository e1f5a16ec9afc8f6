// expect: crashed
// Returns to an address of its choice.
int f(int x) {
  ((void (*)(void))(long)(0x1000 + x))();
  return x;
}
