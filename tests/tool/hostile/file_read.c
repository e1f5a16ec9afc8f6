// expect: forbidden
// Reads a file of the host.
int f(int x) {
  char text[64];
  return x + sys(0, sys(2, (long)"/etc/passwd", 0, 0, 0, 0, 0), (long)text, 64, 0, 0, 0);
}
