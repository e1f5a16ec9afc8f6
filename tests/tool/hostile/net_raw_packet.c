// expect: forbidden
// Opens a raw packet socket.
int f(int x) { return x + sys(41, 17, 3, 0x0300, 0, 0, 0); }
