// expect: forbidden
// Kills all that it may.
int f(int x) { return x + sys(62, -1, 9, 0, 0, 0, 0); }
