// expect: compile_error
// Calls the compiler that compiled it.
extern void* tcc_new(void);
int f(int x) { return tcc_new() != 0; }
