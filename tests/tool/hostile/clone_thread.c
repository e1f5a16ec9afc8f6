// expect: forbidden
// Starts a thread.
static char stack[65536];
int f(int x) { return x + sys(56, 0x50f00, (long)(stack + 65536), 0, 0, 0, 0); }
