/*
 * The recipient's address inside a link, where the page shall fill it in: behind the #, where no server sees it, or in the path. In the query
 * newsletters have it for their unsubscribe links: that says nothing.
 */
#include "base/ascii.h"
#include "checks/links.h"

enum { RECIPIENT };

static const struct symbol symbols[] = {
	[RECIPIENT] = { "LINK_HAS_RECIPIENT", "content", 2000, "A link carries the recipient's address in its path or fragment, plain or in base64.", ACTION_NONE },
};

#define ADDRESSES_MAX 8
#define ADDRESS_MIN 6
#define ADDRESS_MAX 80
#define LINKS_READ 200
#define PART_MAX 2000 /* bytes read of a path or fragment */

struct needle {
	struct span plain, base64;
};

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Without the last group when it is not full: it depends on what follows. */
static struct span to_base64(struct arena *arena, struct span s)
{
	size_t groups = s.len / 3;
	char *out = arena_bytes(arena, groups * 4 + 1);

	for (size_t i = 0; i < groups; i++) {
		const uint8_t *b = (const uint8_t *)s.p + i * 3;
		uint32_t v = (uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2];

		for (size_t k = 0; k < 4; k++)
			out[i * 4 + k] = base64_digits[v >> (18 - 6 * k) & 63];
	}
	return span_make(out, groups * 4);
}

static void add_needle(struct task *t, struct needle *needles, size_t *n, struct span address)
{
	if (*n == ADDRESSES_MAX || address.len < ADDRESS_MIN || address.len > ADDRESS_MAX || span_chr(address, '@') == SPAN_NPOS)
		return;
	needles[*n].plain = address;
	needles[*n].base64 = to_base64(task_arena(t), address);
	(*n)++;
}

/* Recipients of the envelope, or of the header fields when there is no envelope. */
static size_t find_needles(struct task *t, struct needle *needles)
{
	const struct envelope *env = &task_tx(t)->env;
	const struct message *m = task_msg(t);
	size_t n = 0;

	for (size_t i = 0; i < env->nrcpt && i < ADDRESSES_MAX; i++)
		add_needle(t, needles, &n, env->rcpt[i].address);
	for (size_t i = 0; env->nrcpt == 0 && i < m->to.n && i < ADDRESSES_MAX; i++)
		add_needle(t, needles, &n, m->to.v[i].spec);
	return n;
}

/* Whether a longer address or word goes on there: message-ids hold addresses of senders. */
static bool goes_on(struct span s, size_t i)
{
	return i < s.len && (ascii_isalnum(s.p[i]) || s.p[i] == '-' || s.p[i] == '.' || s.p[i] == '_');
}

/* "user@host" or "user%40host" as a whole */
static bool has_plain(struct span s, struct span address)
{
	size_t at = span_rchr(address, '@');
	struct span local = span_sub(address, 0, at), domain = span_from(address, at + 1);

	for (size_t i = local.len; i < s.len; i++) {
		size_t mark = s.p[i] == '@' ? 1 : s.p[i] == '%' && span_case_starts(span_from(s, i), SPAN_LIT("%40")) ? 3 : 0;

		if (mark == 0 || !span_case_eq(span_sub(s, i - local.len, local.len), local) || !span_case_starts(span_from(s, i + mark), domain))
			continue;
		if (!(i > local.len && goes_on(s, i - local.len - 1)) && !goes_on(s, i + mark + domain.len))
			return true;
	}
	return false;
}

static bool has(struct span s, const struct needle *needle)
{
	if (s.len < ADDRESS_MIN)
		return false;
	s = span_sub(s, 0, PART_MAX);
	return has_plain(s, needle->plain) || (needle->base64.len >= 8 && span_has(s, needle->base64));
}

/* The path of web applications that keep it in the fragment ("#/invite?email=..."), without what they take for a query. */
static struct span fragment_path(struct span fragment)
{
	return span_sub(fragment, 0, span_chr(fragment, '?'));
}

/* Whether the address belongs there: lists' and newsletters' own pages. */
static bool is_service(struct span path)
{
	static const char *const words[] = { "unsub", "subscri", "optout", "opt-out", "abmeld", "abbestell", "preferences", "remove", "mailman", "listinfo", "archive",
		"/msg" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (span_case_has(path, span_of(words[i])))
			return true;
	}
	return false;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	struct needle needles[ADDRESSES_MAX];
	size_t n = find_needles(t, needles);

	(void)state;
	for (size_t i = 0; n != 0 && i < m->nlinks && i < LINKS_READ; i++) {
		const struct url *u = &m->links[i].url;

		if (!link_is_web(&m->links[i]))
			continue;
		for (size_t k = 0; k < n; k++) {
			bool fragment = has(fragment_path(u->fragment), &needles[k]);

			if (!fragment && (!has(u->path, &needles[k]) || is_service(span_sub(u->path, 0, PART_MAX))))
				continue;
			if (links_same_organisation(u->domain, links_sender_domain(t)))
				break;
			hit_add_to(t, RECIPIENT, fragment ? 1000 : 500, RCPT_ALL, u->raw);
			return;
		}
	}
}

const struct check check_link_recipient = {
	.name = "link_recipient", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = 1, .run = run,
};
