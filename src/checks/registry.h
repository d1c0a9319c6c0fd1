/* All checks, in the order of their names; made from the folder: src/checks/NAME_check.c defines check_NAME. Ended by NULL. */
#ifndef WINNOW_CHECKS_REGISTRY_H
#define WINNOW_CHECKS_REGISTRY_H

#include "scan/check.h"

extern const struct check *const checks_all[];

#endif
