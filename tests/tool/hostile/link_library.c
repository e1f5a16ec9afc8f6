// expect: compile_error
// Asks for a library.
#pragma comment(lib, "c")
extern int system(const char*);
int f(int x) { return system("true") + x; }
