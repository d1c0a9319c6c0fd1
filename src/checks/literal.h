/* Spans of string literals in static tables, where SPAN_LIT() cannot stand. */
#ifndef WINNOW_CHECKS_LITERAL_H
#define WINNOW_CHECKS_LITERAL_H

#include "base/span.h"

#define LITERAL(s) { "" s, sizeof(s) - 1 }

#endif
