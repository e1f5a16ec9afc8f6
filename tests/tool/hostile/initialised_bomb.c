// expect: out_of_memory
// Makes the compiler build 1 GiB of initialised data.
static char room[1 << 30] = {[(1 << 30) - 1] = 1};
int f(int x) { return x + room[5]; }
