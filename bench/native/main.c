/*
 * Times a library in a process that does nothing else: reads the frame in the file argv[1] into memory, then for each number
 * on standard input decodes it that often and answers with the milliseconds of processor and by the clock of one decode.
 * With argv[2] it decodes once and writes the samples to that file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "decoder.h"

static double milliseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static unsigned char *read_all(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) return NULL;
  *length = (size_t)ftell(file);
  rewind(file);
  unsigned char *bytes = malloc(*length);
  if (bytes != NULL && fread(bytes, 1, *length, file) != *length) bytes = NULL;
  fclose(file);
  return bytes;
}

int main(int argc, char **argv) {
  size_t length;
  unsigned char *bytes = argc > 1 ? read_all(argv[1], &length) : NULL;
  if (bytes == NULL) return 2;
  if (argc > 2) {
    unsigned char *samples = NULL;
    size_t size = decode_frame(bytes, length, &samples);
    FILE *file = fopen(argv[2], "wb");
    int wrote = size > 0 && file != NULL && fwrite(samples, 1, size, file) == size && fclose(file) == 0;
    return wrote ? 0 : 1;
  }
  long count;
  while (scanf("%ld", &count) == 1) {
    double processor = milliseconds(CLOCK_THREAD_CPUTIME_ID), clock = milliseconds(CLOCK_MONOTONIC);
    for (long i = 0; i < count; i++) {
      if (decode_frame(bytes, length, NULL) == 0) return 1;
    }
    printf("%.9g %.9g\n", (milliseconds(CLOCK_THREAD_CPUTIME_ID) - processor) / count,
           (milliseconds(CLOCK_MONOTONIC) - clock) / count);
    fflush(stdout);
  }
  return 0;
}
