// expect: forbidden
// Forks without end.
int f(int x) {
  for (int i = 0; i < 100000; i++) sys(57, 0, 0, 0, 0, 0, 0);
  return x;
}
