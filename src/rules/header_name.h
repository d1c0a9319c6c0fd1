/*
 * Header fields as rules name them: "X-Mailer", "Subject:raw", "From:addr", "From:name", "From:domain"; parsed once, then every value of a message in turn.
 */
#ifndef WINNOW_RULES_HEADER_NAME_H
#define WINNOW_RULES_HEADER_NAME_H

#include "base/err.h"
#include "mail/message.h"

enum header_part { HEADER_VALUE, HEADER_RAW, HEADER_ADDR, HEADER_ADDR_NAME, HEADER_ADDR_DOMAIN };

struct header_name {
	enum header_id id;      /* HDR_OTHER: by name */
	struct span name;       /* points into what was parsed */
	enum header_part part;
};

/* False: not a field name, or an unknown modifier. */
bool header_name_parse(struct span written, struct header_name *name_r, struct err *err_r) MUST_USE;

/* The values of all fields of that name: one each, or one for each address in them. */
struct header_values {
	const struct header_name *name;
	const struct message *msg;
	struct arena *arena;
	const struct header *field;       /* the next one */
	size_t index;                     /* of it, where the name has no id */
	struct address_list addresses;    /* of the current field */
	size_t next_address;
};
void header_values_begin(struct header_values *, const struct header_name *, const struct message *, struct arena *);
bool header_values_next(struct header_values *, struct span *value_r);
/* Whether there is such a field at all. */
bool header_name_present(const struct header_name *, const struct message *);

#endif
