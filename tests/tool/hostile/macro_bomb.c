// expect: timed_out or out_of_memory or compile_error
// Expands to billions of tokens.
#define A x+x+x+x+x+x+x+x+x+x
#define B A+A+A+A+A+A+A+A+A+A
#define C B+B+B+B+B+B+B+B+B+B
#define D C+C+C+C+C+C+C+C+C+C
#define E D+D+D+D+D+D+D+D+D+D
#define G E+E+E+E+E+E+E+E+E+E
#define H G+G+G+G+G+G+G+G+G+G
#define I H+H+H+H+H+H+H+H+H+H
#define J I+I+I+I+I+I+I+I+I+I
int f(int x) { return J+J+J+J+J+J+J+J; }
