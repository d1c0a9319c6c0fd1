/*
 * Giving up rights, in this order: user, limits, file system and system calls. Each step holds for the process and its children for good.
 */
#ifndef WINNOW_IO_SANDBOX_H
#define WINNOW_IO_SANDBOX_H

#include <sys/types.h>

#include "base/err.h"

struct sandbox_user {
	uid_t uid;
	gid_t gid;
	char name[64];
};

/* False when there is no such user. */
bool sandbox_user_find(const char *name, struct sandbox_user *user_r) MUST_USE;
/* Root becomes the user for good, without supplementary groups and capabilities. */
bool sandbox_become(const struct sandbox_user *, struct err *err_r) MUST_USE;

/* No core files (they would hold mail), no privileges by exec, and at most memory bytes of address space (0, or under AddressSanitizer: no limit). */
bool sandbox_limit(int64_t memory, struct err *err_r) MUST_USE;

/*
 * After sandbox_limit, for a process that answers sockets (and with unix_sockets may connect to others of this machine): from now on it opens no file, runs no program, starts no process, maps nothing executable, and makes only internet
 * sockets. Reading files fails with EACCES; everything else that is not allowed ends the process (SIGSYS). Landlock is the second fence where the
 * kernel has it.
 */
bool sandbox_lock(bool unix_sockets, struct err *err_r) MUST_USE;
/*
 * The same for a process that works on files of its own: it makes, reads and removes files and folders below the folder (a descriptor) and nowhere else, speaks on the
 * sockets that it has, makes none, and may set an alarm.
 */
bool sandbox_lock_folder(int folder, struct err *err_r) MUST_USE;

/* True when built with AddressSanitizer, which works by what the sandbox forbids: sandbox_lock must not be called then. */
bool sandbox_impossible(void);

#endif
