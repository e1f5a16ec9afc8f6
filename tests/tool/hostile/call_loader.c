// expect: compile_error
// Looks a function up in its own process.
extern void* dlsym(void*, const char*);
int f(int x) { return ((int (*)(const char*))dlsym(0, "system"))("echo x > @CANARY@") + x; }
