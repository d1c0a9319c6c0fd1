/* Time: monotonic microseconds for deadlines and durations, wall clock seconds and microseconds for people. */
#ifndef WINNOW_BASE_CLOCK_H
#define WINNOW_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_mono_us(void);
int64_t clock_wall_us(void);

#endif
