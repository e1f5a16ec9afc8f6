// expect: ok
// Rewrites its own code.
int f(int x) {
  unsigned char* p = (unsigned char*)f;
  for (int i = 0; i < 4; i++) p[i] = p[i];
  return x;
}
