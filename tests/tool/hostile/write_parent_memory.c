// expect: forbidden
// Writes to the memory of its worker (process_vm_writev).
int f(int x) {
  long from[] = {(long)"xxxxxxxx", 8}, to[] = {0x400000, 8};
  return x + sys(311, sys(110, 0, 0, 0, 0, 0, 0), (long)from, 1, (long)to, 1, 0);
}
