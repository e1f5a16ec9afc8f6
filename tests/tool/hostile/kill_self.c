// expect: forbidden
// Kills itself, to look like a failure of the machine.
int f(int x) { return x + sys(62, sys(39, 0, 0, 0, 0, 0, 0), 9, 0, 0, 0, 0); }
