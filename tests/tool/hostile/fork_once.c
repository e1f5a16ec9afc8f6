// expect: forbidden
// Forks.
int f(int x) { return x + sys(57, 0, 0, 0, 0, 0, 0); }
