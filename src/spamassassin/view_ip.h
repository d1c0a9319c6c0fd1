/* IP addresses in texts, as SpamAssassin's patterns (Constants.pm) take them. Private to the layer. */
#ifndef WINNOW_SPAMASSASSIN_VIEW_IP_H
#define WINNOW_SPAMASSASSIN_VIEW_IP_H

#include "spamassassin/view.h"

#define SA_OCTET "(?:1\\d\\d|2[0-4]\\d|25[0-5]|[1-9]\\d|\\d)"
#define SA_QUAD SA_OCTET "\\." SA_OCTET "\\." SA_OCTET "\\." SA_OCTET
#define SA_WORD6 "[a-f0-9]{1,4}"

/*
 * An address inside of text, as a piece of a PCRE2 pattern, without captures: IPv4; IPv6 with an IPv4 tail; IPv6, by where "::" stands. The order of the branches
 * decides which one is taken.
 */
#define SA_IP \
	"(?:\\b(?<!:)" SA_QUAD "\\b|(?i:(?:IPv6:|(?<![a-f0-9:]))(?:(?:(?:" SA_WORD6 ":){6}|::(?:" SA_WORD6 ":){0,5}|(?:" SA_WORD6 ":){1,5}:|" \
	SA_WORD6 "::(?:" SA_WORD6 ":){1,4}|(?:" SA_WORD6 ":){2}:(?:" SA_WORD6 ":){1,3}|(?:" SA_WORD6 ":){3}:(?:" SA_WORD6 ":){1,2}|(?:" SA_WORD6 ":){4}:" SA_WORD6 \
	":)" SA_QUAD "|(?:" SA_WORD6 ":){7}" SA_WORD6 "|:(?::" SA_WORD6 "){1,7}|(?:" SA_WORD6 ":){1,7}:|" SA_WORD6 ":(?::" SA_WORD6 "){1,6}|(?:" SA_WORD6 \
	":){2}(?::" SA_WORD6 "){1,5}|(?:" SA_WORD6 ":){3}(?::" SA_WORD6 "){1,4}|(?:" SA_WORD6 ":){4}(?::" SA_WORD6 "){1,3}|(?:" SA_WORD6 ":){5}(?::" SA_WORD6 \
	"){1,2}|(?:" SA_WORD6 ":){6}:" SA_WORD6 "|::)(?![a-f0-9:])))"

/* reverse_ip_address(): octets or nibbles backwards, as DNS lists are asked. False: no address. */
bool sa_ip_reverse(struct arena *, struct span ip, struct span *reverse_r);

#endif
