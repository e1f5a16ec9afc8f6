// expect: forbidden
// Writes control sequences to every descriptor.
int f(int x) {
  for (int fd = 0; fd < 16; fd++) sys(1, fd, (long)"\033[2JPASS\n", 9, 0, 0, 0);
  return x;
}
