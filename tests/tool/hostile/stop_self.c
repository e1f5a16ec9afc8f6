// expect: forbidden
// Stops itself, to look like an overloaded machine.
int f(int x) { return x + sys(62, sys(39, 0, 0, 0, 0, 0, 0), 19, 0, 0, 0, 0); }
