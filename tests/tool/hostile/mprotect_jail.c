// expect: forbidden
// Makes the code of the jail writable.
int f(int x) { return x + sys(10, 0x400000, 4096, 7, 0, 0, 0); }
