// expect: compile_error
// Defines the entry with other parameters.
int f(int x, int y, int z) { return x + y + z; }
