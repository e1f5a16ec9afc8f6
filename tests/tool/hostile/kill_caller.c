// expect: forbidden
// Kills the process that asked.
int f(int x) { return x + sys(62, @PID@, 9, 0, 0, 0, 0); }
