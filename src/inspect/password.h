/* Passwords that a message gives for its encrypted archive. Pure. */
#ifndef WINNOW_INSPECT_PASSWORD_H
#define WINNOW_INSPECT_PASSWORD_H

#include "base/arena.h"

#define PASSWORD_MAX 64 /* bytes of one */

/*
 * Words of a UTF-8 text that may be the password: those behind "password", "code", "PIN" and the like in the languages that such mail is written in.
 * Fills at most "max" spans into the text, without duplicates, the likeliest first; returns how many. Linear; the first 256 KiB of the text count.
 */
size_t contents_password_candidates(struct span text, struct span *candidates_r, size_t max);

#endif
