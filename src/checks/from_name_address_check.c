/* A display name that is an address or a domain, and another one than the real address behind it: mail programs show the name alone. */
#include "base/ascii.h"
#include "checks/sender.h"
#include "scan/check.h"

enum { OTHER_ADDRESS, OTHER_DOMAIN };

static const struct symbol symbols[] = {
	[OTHER_ADDRESS] = { "FROM_NAME_HAS_OTHER_ADDRESS", "content", 2500, "The sender's display name holds an address of another domain than the real one.", ACTION_NONE },
	[OTHER_DOMAIN] = { "FROM_NAME_IS_OTHER_DOMAIN", "content", 1200, "The sender's display name is a domain, and the address is of another one.", ACTION_NONE },
};

static bool is_domain_char(char c)
{
	return ascii_isalnum(c) || c == '-' || c == '.' || (uint8_t)c >= 0x80;
}

/* The domain of the first address in the text, empty when there is none. */
static struct span domain_in(struct span text)
{
	size_t at;

	while ((at = span_chr(text, '@')) != SPAN_NPOS) {
		size_t end = at + 1;

		while (end < text.len && is_domain_char(text.p[end]))
			end++;
		while (end > at + 1 && text.p[end - 1] == '.')
			end--;
		if (at > 0 && (ascii_is(text.p[at - 1], ASCII_ATEXT) || text.p[at - 1] == '.') && span_chr(span_sub(text, at + 1, end - at - 1), '.') != SPAN_NPOS)
			return span_sub(text, at + 1, end - at - 1);
		text = span_from(text, at + 1);
	}
	return SPAN_NONE;
}

/* "example.com", "www.example.de": labels with a top-level domain that exists. */
static bool is_domain(struct task *t, struct span name)
{
	struct url url = { 0 };

	if (span_chr(name, '.') == SPAN_NPOS || span_chr(name, ' ') != SPAN_NPOS || !sender_domain_plausible(name))
		return false;
	return url_parse_host(task_urls(t), task_arena(t), name, &url) && (url.flags & (URL_NO_PUBLIC_SUFFIX | URL_IP | URL_HOST_BAD)) == 0;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct address *from = sender_from(m);
	struct span name, domain;

	(void)state;
	if (from == NULL || from->name.len == 0 || sender_is_list(m))
		return;
	name = span_trim(span_sub(from->name, 0, 500));
	domain = domain_in(name);
	if (domain.len != 0) {
		/* The recipient's own people above all: "Anna Berger <anna@recipient.example>" from anywhere. */
		if (sender_domain_plausible(domain) && !sender_same_organisation(t, domain, from->domain))
			hit_add_to(t, OTHER_ADDRESS, sender_is_recipient_domain(t, domain) ? 1400 : 1000, RCPT_ALL, name);
	} else if (is_domain(t, name) && !sender_same_organisation(t, name, from->domain)) {
		hit_add(t, OTHER_DOMAIN, name);
	}
}

const struct check check_from_name_address = {
	.name = "from_name_address", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
