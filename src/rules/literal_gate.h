/*
 * Which of many literals may be in a message: one look-up for each value of the message instead of one for each value and rule. A quick look, but never
 * a no where match/list.h would say yes.
 */
#ifndef WINNOW_RULES_LITERAL_GATE_H
#define WINNOW_RULES_LITERAL_GATE_H

#include "base/arena.h"

struct literal_gate;

struct literal_gate *literal_gate_new(struct arena *);
/* A literal as lists take it, and the number of the one who asks. False: no literal that can be looked up (a network). Lives as long as the gate. */
bool literal_gate_add(struct literal_gate *, struct span literal, unsigned number);
bool literal_gate_empty(const struct literal_gate *);
/* Sets the bits of all numbers whose literals may match the value. */
void literal_gate_find(const struct literal_gate *, struct span value, uint64_t *bits);

#endif
