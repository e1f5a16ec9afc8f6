// expect: forbidden or crashed
// Calls the legacy system call page.
int f(int x) { return x + ((long (*)(long*))0xffffffffff600400)((long*)0); }
