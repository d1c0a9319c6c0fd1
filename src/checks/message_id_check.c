/* Message-ID: there, of the form that RFC 5322, 3.6.4 gives, with a host name behind the @. */
#include "base/ascii.h"
#include "checks/sender.h"
#include "scan/check.h"

enum { MISSING, BAD, NO_DOMAIN, LOCAL, ADDED };

static const struct symbol symbols[] = {
	[MISSING] = { "MISSING_MESSAGE_ID", "content", 1200, "The message has no Message-ID field.", ACTION_NONE },
	[BAD] = { "MESSAGE_ID_BAD", "content", 1000, "The Message-ID is not of the form <left@right>.", ACTION_NONE },
	[NO_DOMAIN] = { "MESSAGE_ID_NO_DOMAIN", "content", 800, "The Message-ID has nothing behind the @, or what stands there cannot be a host name.", ACTION_NONE },
	[LOCAL] = { "MESSAGE_ID_LOCALHOST", "content", 400, "The Message-ID was made by a machine that does not know its own name.", ACTION_NONE },
	[ADDED] = { "MESSAGE_ID_ADDED", "content", 800, "The sender gave no Message-ID: Exchange Online added one when it took the message over.", ACTION_NONE },
};

static bool is_localhost(struct span host)
{
	return span_case_starts(host, SPAN_LIT("localhost")) || span_case_ends(host, SPAN_LIT(".localdomain")) || span_case_ends(host, SPAN_LIT(".localhost"));
}

/* Exchange Online's front ends toward the Internet (…FT…): they see no mail of Exchange's own users. */
static bool is_added(struct span host)
{
	struct span label = span_sub(host, 0, span_chr(host, '.') == SPAN_NPOS ? 0 : span_chr(host, '.'));

	return span_case_ends(host, SPAN_LIT(".prod.protection.outlook.com")) &&
	       (span_has(label, SPAN_LIT("FT")) || span_has(host, SPAN_LIT(".mail.protection.")) || span_has(host, SPAN_LIT(".eop-")));
}

/* One id in angle brackets with one @ outside of quotes; a domain literal is fine. */
static bool read_id(struct span value, struct span *right_r)
{
	bool quoted = false;
	size_t at = SPAN_NPOS;

	if (value.len < 3 || value.p[0] != '<' || value.p[value.len - 1] != '>')
		return false;
	value = span_sub(value, 1, value.len - 2);
	for (size_t i = 0; i < value.len; i++) {
		char c = value.p[i];

		if (c == '"')
			quoted = !quoted;
		else if (c == '@' && !quoted && at == SPAN_NPOS)
			at = i;
		else if (!quoted && (c == '@' || c == '<' || c == '>' || ascii_isspace(c)))
			return false;
		if ((uint8_t)c < ' ' || c == 0x7f)
			return false;
	}
	*right_r = at == SPAN_NPOS ? SPAN_NONE : span_from(value, at + 1);
	return true;
}

static bool is_host(struct span host)
{
	if (host.len > 1 && host.p[0] == '[')
		return host.p[host.len - 1] == ']';
	for (size_t i = 0; i < host.len; i++) {
		/* "=" and "+": left parts that some mailers put behind the @ */
		if (!ascii_isalnum(host.p[i]) && (host.p[i] == '\0' || strchr(".-_=+", host.p[i]) == NULL))
			return false;
	}
	return host.len != 0 && host.p[0] != '.';
}

static void run(struct task *t, const void *state)
{
	const struct header *h = header_first(&task_msg(t)->headers, HDR_MESSAGE_ID);
	struct span right = SPAN_NONE;

	(void)state;
	if (h == NULL || h->value.len == 0)
		hit_add(t, MISSING, SPAN_NONE);
	else if (!read_id(h->value, &right))
		hit_add(t, BAD, h->value);
	else if (!is_host(right))
		hit_add(t, NO_DOMAIN, h->value);
	else if (is_localhost(right))
		hit_add(t, LOCAL, h->value);
	else if (is_added(right))
		hit_add(t, ADDED, h->value);
}

const struct check check_message_id = {
	.name = "message_id", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
