// expect: compile_error
// Shows a file of the host in an error message.
#include "/etc/passwd"
int f(int x) { return x; }
