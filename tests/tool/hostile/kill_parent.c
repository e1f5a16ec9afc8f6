// expect: forbidden
// Kills its worker.
int f(int x) { return x + sys(62, sys(110, 0, 0, 0, 0, 0, 0), 9, 0, 0, 0, 0); }
