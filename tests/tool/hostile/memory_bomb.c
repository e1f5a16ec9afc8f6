// expect: out_of_memory
// Asks for 1 GiB of static memory.
static char room[1 << 30];
int f(int x) {
  for (int i = 0; i < (1 << 30); i += 4096) room[i] = 1;
  return x;
}
