// expect: forbidden
// Maps new executable memory.
int f(int x) { return x + (int)sys(9, 0, 4096, 7, 0x22, -1, 0); }
