// expect: forbidden
// Sends a datagram to the host.
int f(int x) {
  struct { unsigned short family, port; unsigned int address; char zero[8]; } to = {2, SWAP16(@PORT@), 0x0100007f};
  long s = sys(41, 2, 2, 0, 0, 0, 0);
  sys(44, s, (long)"x", 1, 0, (long)&to, 16);
  return x;
}
