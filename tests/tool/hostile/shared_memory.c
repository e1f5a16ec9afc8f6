// expect: forbidden
// Opens shared memory of the host.
int f(int x) { return x + sys(29, 1234, 4096, 01666, 0, 0, 0); }
