// expect: forbidden
// Attaches to its worker as a debugger.
int f(int x) { return x + sys(101, 16, sys(110, 0, 0, 0, 0, 0, 0), 0, 0, 0, 0); }
