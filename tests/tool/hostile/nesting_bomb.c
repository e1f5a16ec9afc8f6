// expect: timed_out or out_of_memory or compile_error
// Nests a million parentheses in the compiler.
#define A ((((((((((
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
#define G E E E E E E E E E E
int f(int x) { return G x; }
