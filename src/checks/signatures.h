/* What the checks of DKIM and ARC share: the message as signatures see it, made once per scan; the crypto object of a check. */
#ifndef WINNOW_CHECKS_SIGNATURES_H
#define WINNOW_CHECKS_SIGNATURES_H

#include "auth/signed_message.h"
#include "scan/check.h"

/* crypto: of the check that asks first. */
struct signed_message *signatures_message(struct task *, struct dkim_crypto *crypto);
/* Lives as long as the arena, in each process its own copy. */
struct dkim_crypto *signatures_crypto(struct arena *);
/* Mail whose signatures say something of its sender: from strangers and from trusted relays, where names can be looked up. */
bool signatures_wanted(const struct task *);

#endif
