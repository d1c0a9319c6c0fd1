/* Prints one answer: as it came (a JSON line with the file's name), or for people. */
#ifndef WINNOW_CLI_SCAN_PRINT_H
#define WINNOW_CLI_SCAN_PRINT_H

#include "base/err.h"
#include "scan/action.h"

/* Raises *worst to the worst of the verdict on the whole message and the actions of its recipients. */
bool scan_print(const char *path, struct span json, bool as_json, enum action *worst, struct err *err_r) MUST_USE;

#endif
