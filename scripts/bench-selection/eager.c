/*
 * The hybrid selection without any shortcut: every distance to every pick. Compiled twice by npm run bench:selection:
 *   -DNUMBER=double -O3 -ffp-contract=off   the plain reference: sums in ascending column, nothing fused
 *   -DNUMBER=float -O3 -march=native -ffast-math   as fast as plain C gets: the peer
 * Reads raw float32 rows, of 384 numbers, and uncertainties; prints "row score" for each pick, then the seconds.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define COLUMNS 384
/* Rows that are measured side by side: number (row, column) of a block lies at column * SIDE + row. */
#define SIDE 16
#define WEIGHT 0.6
#define EPSILON 1e-9

static double seconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void *read_tail(const char *path, size_t bytes) {
  FILE *file = fopen(path, "rb");
  void *data = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!file || !data || fseek(file, -(long)bytes, SEEK_END) || fread(data, 1, bytes, file) != bytes) {
    fprintf(stderr, "%s cannot be read\n", path);
    exit(1);
  }
  fclose(file);
  return data;
}

static void measure(const NUMBER *blocks, const float *point, size_t count, double *nearest) {
  for (size_t block = 0; block < count; block++) {
    const NUMBER *from = blocks + block * SIDE * COLUMNS;
    NUMBER sums[SIDE] = {0};
    for (int column = 0; column < COLUMNS; column++)
      for (int row = 0; row < SIDE; row++) {
        NUMBER difference = from[column * SIDE + row] - (NUMBER)point[column];
        sums[row] += difference * difference;
      }
    for (int row = 0; row < SIDE; row++) {
      double distance = sqrt((double)sums[row]);
      if (distance < nearest[block * SIDE + row]) nearest[block * SIDE + row] = distance;
    }
  }
}

int main(int count, char **arguments) {
  if (count != 5) return 2;
  size_t rows = strtoul(arguments[3], 0, 10), k = strtoul(arguments[4], 0, 10);
  size_t count_blocks = (rows + SIDE - 1) / SIDE;
  float *x = read_tail(arguments[1], rows * COLUMNS * 4), *u = read_tail(arguments[2], rows * 4);
  NUMBER *blocks = calloc(count_blocks * SIDE * COLUMNS, sizeof *blocks);
  double *nearest = malloc(count_blocks * SIDE * sizeof *nearest), *term = malloc(rows * sizeof *term);
  char *picked = calloc(rows, 1);
  for (size_t i = 0; i < rows; i++)
    for (int j = 0; j < COLUMNS; j++) blocks[i / SIDE * SIDE * COLUMNS + j * SIDE + i % SIDE] = x[i * COLUMNS + j];
  for (size_t i = 0; i < count_blocks * SIDE; i++) nearest[i] = INFINITY;
  double begun = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  double low = INFINITY, high = -INFINITY;
  size_t pick = 0;
  for (size_t i = 0; i < rows; i++) {
    if (u[i] < low) low = u[i];
    if (u[i] > high) { high = u[i]; pick = i; }
  }
  for (size_t i = 0; i < rows; i++) term[i] = WEIGHT * ((u[i] - low) / (high - low + EPSILON));
  double score = term[pick];
  for (size_t step = 0; step < k; step++) {
    printf("%zu %.17g\n", pick, score);
    picked[pick] = 1;
    if (step + 1 == k) break;
    measure(blocks, x + pick * COLUMNS, count_blocks, nearest);
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < rows; i++)
      if (!picked[i]) {
        if (nearest[i] < least) least = nearest[i];
        if (nearest[i] > most) most = nearest[i];
      }
    double span = most - least + EPSILON;
    score = -INFINITY;
    for (size_t i = 0; i < rows; i++)
      if (!picked[i]) {
        double value = term[i] + (1 - WEIGHT) * ((nearest[i] - least) / span);
        if (value > score) { score = value; pick = i; }
      }
  }
  printf("%.6f %.6f\n", seconds(CLOCK_MONOTONIC) - begun, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
  return 0;
}
