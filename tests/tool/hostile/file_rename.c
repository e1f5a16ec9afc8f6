// expect: forbidden
// Renames a file of the host.
int f(int x) { return x + sys(82, (long)"@CANARY@", (long)"@CANARY@.created", 0, 0, 0, 0); }
