/* The Received fields (RFC 5321, 4.4): forms that no MTA writes, and loops. Their absence says nothing: the sender's own server may be the first. */
#include "base/ascii.h"
#include "scan/check.h"

enum { FORGED, TOO_MANY, DATE_BAD };

static const struct symbol symbols[] = {
	[FORGED] = { "RECEIVED_FORGED_FORM", "content", 2000, "A Received field is of a form that no mail server writes, with an IP address above 255 or a year below 1900.", ACTION_NONE },
	[TOO_MANY] = { "RECEIVED_TOO_MANY", "content", 500, "The message went through more than 30 servers.", ACTION_NONE },
	[DATE_BAD] = { "RECEIVED_DATE_BAD", "content", 300, "A Received field has no readable date.", ACTION_NONE },
};

#define MANY 30
#define READ_MAX 50
#define DATES_MAX 8

/* "[300.1.2.3]": digits and dots in brackets that are no IPv4 address. */
static bool has_bad_ip(struct span value)
{
	while (value.len != 0) {
		size_t open = span_chr(value, '['), close;
		struct span inside;
		struct ip ip;
		bool numeric = true;

		if (open == SPAN_NPOS)
			return false;
		value = span_from(value, open + 1);
		close = span_chr(value, ']');
		if (close == SPAN_NPOS)
			return false;
		inside = span_sub(value, 0, close);
		for (size_t i = 0; i < inside.len; i++)
			numeric = numeric && (ascii_isdigit(inside.p[i]) || inside.p[i] == '.');
		if (inside.len >= 7 && numeric && span_chr(inside, '.') != SPAN_NPOS && !ip_parse(inside, &ip))
			return true;
		value = span_from(value, close + 1);
	}
	return false;
}

/* "25 Aug 0102 02:03:20": the years of spam programs that count from 1900. */
static bool has_bad_year(struct span value)
{
	size_t semicolon = span_rchr(value, ';');

	return semicolon != SPAN_NPOS && span_has(span_from(value, semicolon), SPAN_LIT(" 010")) && !span_has(span_from(value, semicolon), SPAN_LIT(" 20"));
}

static void run(struct task *t, const void *state)
{
	const struct header_list *headers = &task_msg(t)->headers;
	bool forged = false, undated = false;
	size_t n = 0;

	(void)state;
	for (const struct header *h = header_first(headers, HDR_RECEIVED); h != NULL && n < READ_MAX; h = header_next(headers, h), n++) {
		size_t semicolon = span_rchr(h->value, ';');
		int64_t time;
		int zone;

		if (!forged && (has_bad_ip(h->value) || has_bad_year(h->value))) {
			hit_add(t, FORGED, h->value);
			forged = true;
		}
		if (!undated && n < DATES_MAX && (semicolon == SPAN_NPOS || !header_parse_date(span_from(h->value, semicolon + 1), &time, &zone))) {
			hit_add(t, DATE_BAD, h->value);
			undated = true;
		}
	}
	if (n > MANY)
		hit_add(t, TOO_MANY, arena_printf(task_arena(t), "%zu", n));
}

const struct check check_received = {
	.name = "received", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
