/* The stranger that a message came from, for checks of clients: of inbound mail the SMTP client, of mail from a trusted relay the one that handed it to our side. */
#ifndef WINNOW_CHECKS_STRANGER_H
#define WINNOW_CHECKS_STRANGER_H

#include "scan/origin.h"

/* NULL: there is none, or nobody knows him: mail of our own users and networks, mail that did not come by SMTP. */
const struct origin *stranger_of(struct task *);

#endif
