// expect: forbidden
// Becomes a shell.
int f(int x) {
  char* arguments[] = {"/bin/sh", "-c", "echo x > @CANARY@", 0};
  return x + sys(59, (long)arguments[0], (long)arguments, 0, 0, 0, 0);
}
