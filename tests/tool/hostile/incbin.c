// expect: compile_error
// Assembles a file of the host into itself.
__asm__(".incbin \"/etc/passwd\"");
int f(int x) { return x; }
