// expect: forbidden
// Deletes a file of the host.
int f(int x) { return x + sys(87, (long)"@CANARY@", 0, 0, 0, 0, 0); }
