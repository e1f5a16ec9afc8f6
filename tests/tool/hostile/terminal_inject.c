// expect: forbidden
// Types into the terminal of the user (TIOCSTI).
int f(int x) {
  for (int fd = 0; fd < 16; fd++) sys(16, fd, 0x5412, (long)"\n", 0, 0, 0);
  return x;
}
