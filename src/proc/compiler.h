/*
 * The process that compiles prefilters while scanners already work without them: where no other generation scans meanwhile, above all at the first start. It fills the cache and ends;
 * then a new generation is asked for, which finds them there.
 */
#ifndef WINNOW_PROC_COMPILER_H
#define WINNOW_PROC_COMPILER_H

#include "proc/loader_private.h"

/* Gives this generation's patterns their prefilters: compiled at once while another generation scans, else (first) by a process of its own. Before root is given up: the cache is root's. */
void compiler_prefilter(struct loader *, bool first);
/* A child that is no scanner ended. */
void compiler_reaped(struct loader *, pid_t, int status);
void compiler_kill(struct loader *);

#endif
