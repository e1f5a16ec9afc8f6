// expect: crashed
// Recurses without end.
int f(int x) { return f(x + 1) + f(x + 2); }
