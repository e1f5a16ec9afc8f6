// expect: compile_error
// Includes itself.
#include __FILE__
int f(int x) { return x; }
