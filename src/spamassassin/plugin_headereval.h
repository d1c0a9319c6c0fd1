/* What the files plugin_headereval*.c share. Private to them. */
#ifndef WINNOW_SPAMASSASSIN_PLUGIN_HEADEREVAL_H
#define WINNOW_SPAMASSASSIN_PLUGIN_HEADEREVAL_H

#include "spamassassin/plugin.h"

/* Patterns of the plugin, compiled once; their texts stand in plugin_headereval.c. */
enum headereval_pattern {
	RE_EZMLM, RE_EZMLM_RECEIVED, RE_MSN_GROUPS, RE_HOTMAIL_PICKUP, RE_IP, RE_HOTMAIL_FROM, RE_OUTLOOK_FROM, RE_OUTLOOK_PROD, RE_HOTMAIL_IP, RE_HOTMAIL_HTTP,
	RE_HOTMAIL_YAHOO, RE_HOTMAIL_CLAIM, RE_MSN_PICKUP, RE_WHOWHERE, RE_YAHOO_TRUSTED, RE_YAHOO_UNTRUSTED, RE_YAHOO_OWN, RE_YAHOO_BULK, RE_JUNO_FROM, RE_JUNO_COOKIE,
	RE_GMAIL_RECEIVED, RE_GMAIL_SUBMITTED, RE_GW05, RE_RECEIVED_DATE, RE_LOCAL_HOP, RE_QMAIL_LOCAL, RE_FETCHMAIL, RE_REPLY_PREFIX, RE_CAPS_CHARSET,
	RE_OUTLOOK_ID, RE_LIST_LEAVE, RE_TEMPLATE_FREE, RE_RATWARE_ID, RE_ENCODED_WORD, RE_PATTERNS
};

struct headereval_state {
	struct regex *re[RE_PATTERNS];
	const char *locales; /* NULL: all */
};

bool headereval_has(struct sa_call *, enum headereval_pattern, struct span text, struct span *group, size_t n);
/* White space made single blanks. */
struct span headereval_single(struct sa_call *, struct span text);

/* plugin_headereval_forged.c */
sa_eval_fn headereval_gated, headereval_forged_hotmail, headereval_no_hotmail, headereval_msn_groups, headereval_forged_eudora, headereval_forged_yahoo,
	headereval_forged_juno, headereval_forged_gmail, headereval_forged_gw05, headereval_fake_aol;
/* plugin_headereval_date.c */
sa_eval_fn headereval_shifted_date, headereval_within_months, headereval_outlook_id;
/* plugin_headereval_subject.c */
sa_eval_fn headereval_all_caps, headereval_to_in_subject, headereval_illegal_chars, headereval_faraway;
/* plugin_headereval_address.c */
sa_eval_fn headereval_sorted, headereval_similar, headereval_matching_from, headereval_equal_domains, headereval_ratware_sender, headereval_ratware_name;

#endif
