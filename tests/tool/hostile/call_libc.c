// expect: compile_error
// Calls the C library without declaring it.
int f(int x) { return system("echo x > @CANARY@") + x; }
