/* Prints the microseconds of processor time that a loop took in which nothing is forged. */
#include <stdio.h>
#include <time.h>

int main(void) {
  struct timespec end;
  unsigned long number = 1;
  for (long round = 0; round < 60000000; round++) {
    number = number * 6364136223846793005UL + 1;
    __asm__ volatile("" : : "r"(number));
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  printf("%ld\n", end.tv_sec * 1000000 + end.tv_nsec / 1000);
  return 0;
}
