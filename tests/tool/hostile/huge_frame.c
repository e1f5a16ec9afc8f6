// expect: crashed
// Takes a frame larger than the stack.
int f(int x) {
  char room[1 << 28];
  for (int i = 0; i < (1 << 28); i += 512) room[i] = x;
  return room[x];
}
