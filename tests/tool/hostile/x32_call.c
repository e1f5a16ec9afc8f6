// expect: forbidden
// Makes a system call of the x32 table.
int f(int x) { return x + sys(0x40000000 + 57, 0, 0, 0, 0, 0, 0); }
