/* Where reports are sent, who may send them, and what becomes of them: the block "reports" of the configuration. */
#ifndef WINNOW_LEARN_REPORT_SETTINGS_H
#define WINNOW_LEARN_REPORT_SETTINGS_H

#include "base/setting.h"
#include "learn/model.h"

enum report_answers { REPORT_ANSWER_NEVER, REPORT_ANSWER_HELP, REPORT_ANSWER_ALWAYS };
enum report_language { REPORT_ENGLISH, REPORT_GERMAN, REPORT_LANGUAGES };
enum report_language_choice { REPORT_LANGUAGE_AUTO, REPORT_LANGUAGE_ENGLISH, REPORT_LANGUAGE_GERMAN };

struct report_settings {
	struct span_list spam, ham;      /* addresses */
	struct span_list domains;        /* of senders of the envelope who may report through trusted clients */
	struct span_list own_hosts;      /* names and suffixes (".example.com") in "by" of Received: hops behind the scan */
	int64_t per_hour, per_day;       /* originals of one account */
	int64_t originals, depth;        /* of one report */
	int64_t age_us;                  /* how long an X-Winnow-ID is believed */
	int64_t independent;             /* reporters that make a report count fully for all */
	int64_t same_domain;             /* of them, how many may be of one domain; 0: any */
	int answers;                     /* enum report_answers */
	int language;                    /* enum report_language_choice */
	struct span answer_from, support; /* empty: the address that was written to; no line about support */
	struct span text_de, text_en, help_de, help_en; /* templates; empty: ours */
};

extern const struct setting_set report_setting_set;

/*
 * Whether a recipient of the envelope is a report address, and of which class. Case does not matter; an address in the configuration may be
 * "local@domain", "local@*" (that local part at any domain), or "local" alone (the same).
 */
bool report_address_class(const struct report_settings *, struct span address, enum learn_class *class_r);

/* Whether the sender of an envelope has one of our domains (settings.domains; "example.com" or ".example.com" for its subdomains). */
bool report_sender_is_local(const struct report_settings *, struct span sender);

#endif
