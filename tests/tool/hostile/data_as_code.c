// expect: compile_error
// Defines the entry as data.
int f[] = {0xc3c3c3c3};
