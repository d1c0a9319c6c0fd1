/*
 * TNEF (winmail.dat, application/ms-tnef): MS-OXTNEF. The message that Outlook packed into an attachment: bodies, attachments, embedded messages.
 * Pure; linear; everything lives in the arena or points into the input.
 */
#ifndef WINNOW_MAIL_TNEF_H
#define WINNOW_MAIL_TNEF_H

#include "mail/outlook.h"

/*
 * False when the input does not begin as TNEF does. Damage behind that gives what was readable before it, and m->broken. Checksums are not
 * believed: readers ignore them.
 */
bool tnef_read(struct arena *, struct span tnef, const struct outlook_limits *, struct outlook_message *message_r);

#endif
