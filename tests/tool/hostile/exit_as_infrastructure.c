// expect: crashed
// Ends with every exit code, to look like a failure of the machine.
int f(int x) { return sys(231, 12, 0, 0, 0, 0, 0); }
