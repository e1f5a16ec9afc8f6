// expect: forbidden
// Mounts a file system.
int f(int x) { return x + sys(165, (long)"proc", (long)"/", (long)"proc", 0, 0, 0); }
