// expect: crashed
// Divides by zero.
int f(int x) { return 1 / (x - x); }
