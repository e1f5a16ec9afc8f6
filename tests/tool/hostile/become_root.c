// expect: forbidden
// Sets its user id to 0.
int f(int x) { return x + sys(105, 0, 0, 0, 0, 0, 0); }
