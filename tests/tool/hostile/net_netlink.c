// expect: forbidden
// Asks the kernel for network interfaces.
int f(int x) { return x + sys(41, 16, 3, 0, 0, 0, 0); }
