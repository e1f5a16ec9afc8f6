// expect: crashed
// Ends with exit code 0 before the tests are over.
int f(int x) { return sys(231, 0, 0, 0, 0, 0, 0); }
