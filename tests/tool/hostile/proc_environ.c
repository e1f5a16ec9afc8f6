// expect: forbidden
// Reads the environment of the caller.
int f(int x) { return x + sys(2, (long)"/proc/@PID@/environ", 0, 0, 0, 0, 0); }
