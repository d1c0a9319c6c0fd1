/*
 * The client's name in the DNS: missing, leading elsewhere, or one that providers give to subscribers' lines. MTAs look it up at connect time and tell names that they have confirmed; only where none is told it is asked for here
 * (at most four look-ups).
 */
#include "base/ascii.h"
#include "checks/literal.h"
#include "checks/stranger.h"
#include "net/dns.h"
#include "scan/services.h"

enum { NO_RDNS, UNCONFIRMED, UNAVAILABLE, DYNAMIC };

static const struct symbol symbols[] = {
	[NO_RDNS] = { "CLIENT_NO_RDNS", "content", 1200, "The client's address has no name in the DNS, or none that leads back to it.", ACTION_NONE },
	[UNCONFIRMED] = { "CLIENT_RDNS_UNCONFIRMED", "content", 1000, "The name of the client's address in the DNS does not lead back to it.", ACTION_NONE },
	[UNAVAILABLE] = { "CLIENT_RDNS_UNAVAILABLE", "content", 0, "The client's name could not be looked up: the DNS did not answer.", ACTION_NONE },
	[DYNAMIC] = { "CLIENT_DYNAMIC_RDNS", "content", 1500, "The client's name is made from its address, as providers name subscribers' lines.", ACTION_NONE },
};

/* Words between dots, hyphens and digits. Those of fixed lines and hosting speak against it. */
static const struct span dynamic_words[] = {
	LITERAL("dyn"), LITERAL("dynamic"), LITERAL("dynip"), LITERAL("dsl"), LITERAL("adsl"), LITERAL("vdsl"), LITERAL("xdsl"),
	LITERAL("dial"), LITERAL("dialup"), LITERAL("dialin"), LITERAL("dip"), LITERAL("dhcp"), LITERAL("ppp"), LITERAL("pppoe"),
	LITERAL("pool"), LITERAL("pools"), LITERAL("cable"), LITERAL("broadband"), LITERAL("bb"), LITERAL("catv"), LITERAL("cust"),
	LITERAL("customer"), LITERAL("customers"), LITERAL("client"), LITERAL("user"), LITERAL("home"), LITERAL("res"),
	LITERAL("residential"), LITERAL("ftth"), LITERAL("fiber"), LITERAL("mobile"), LITERAL("wireless"), LITERAL("modem"),
	LITERAL("cpe"), LITERAL("hsd"), LITERAL("pd"), LITERAL("p5"),
};

static const struct span fixed_words[] = {
	LITERAL("static"), LITERAL("fixed"), LITERAL("fix"), LITERAL("business"), LITERAL("biz"), LITERAL("mail"), LITERAL("smtp"),
	LITERAL("mx"), LITERAL("server"), LITERAL("out"), LITERAL("vps"), LITERAL("host"), LITERAL("hosted"), LITERAL("mta"),
	LITERAL("relay"), LITERAL("colo"),
};

struct name {
	unsigned octets;       /* how many bytes of the address stand in it as numbers */
	bool hex;              /* the whole address in hexadecimal */
	bool dynamic, fixed;
};

static bool is_listed(struct span word, const struct span *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (span_case_eq(word, v[i]))
			return true;
	}
	return false;
}

static size_t run_of(struct span s, size_t from, unsigned cls)
{
	size_t n = 0;

	while (from + n < s.len && ascii_is(s.p[from + n], cls))
		n++;
	return n;
}

/* Marks which of the four bytes a decimal number is; each counts once. */
static void count_octet(struct name *n, const struct ip *ip, struct span digits, bool seen[4])
{
	uint64_t value;

	if (digits.len > 3 || !span_uint(digits, 255, &value))
		return;
	for (size_t i = 0; i < 4; i++) {
		if (!seen[i] && ip->b[12 + i] == value) {
			seen[i] = true;
			n->octets++;
			return;
		}
	}
}

static bool has_hex(struct span name, const struct ip *ip)
{
	static const char digits[] = "0123456789abcdef";
	char hex[8];

	for (size_t i = 0; i < 4; i++) {
		hex[2 * i] = digits[ip->b[12 + i] >> 4];
		hex[2 * i + 1] = digits[ip->b[12 + i] & 15];
	}
	return span_case_has(name, span_make(hex, 8));
}

static void name_read(struct name *n, struct span name, const struct ip *ip)
{
	bool seen[4] = { false };

	*n = (struct name){ .hex = has_hex(name, ip) };
	for (size_t i = 0; i < name.len;) {
		size_t digits = run_of(name, i, ASCII_DIGIT), letters = run_of(name, i, ASCII_UPPER | ASCII_LOWER);
		struct span word = span_sub(name, i, letters);

		if (digits != 0)
			count_octet(n, ip, span_sub(name, i, digits), seen);
		n->dynamic = n->dynamic || is_listed(word, dynamic_words, sizeof(dynamic_words) / sizeof(dynamic_words[0]));
		n->fixed = n->fixed || is_listed(word, fixed_words, sizeof(fixed_words) / sizeof(fixed_words[0]));
		i += digits + letters + (digits + letters == 0);
	}
}

static void judge_name(struct task *t, const struct ip *ip, struct span text)
{
	struct name n;

	if (!ip_is_v4(ip))
		return;
	name_read(&n, span_sub(text, 0, 255), ip);
	if (n.fixed || (n.octets < 3 && !n.hex && !(n.dynamic && n.octets >= 2)))
		return;
	hit_add_to(t, DYNAMIC, n.dynamic ? 1000 : 600, RCPT_ALL, text);
}

/* Nobody told a name: the address's own ones are asked for, and where they lead (forward-confirmed reverse DNS). */

#define NAMES_MAX 3

struct look_up;

struct forward {
	struct look_up *look_up;
	struct span name;
};

struct look_up {
	struct task *task;
	struct ip ip;
	struct forward forward[NAMES_MAX];
	unsigned open;
	bool confirmed, failed;
};

static void ask(struct task *t, struct span name, enum dns_type type, op_done *done, void *ctx)
{
	struct await *a = task_await(t, done, ctx);
	struct op *op = dns_query(task_services(t)->dns, name, type, 0, await_done, a);

	if (op != NULL) {
		await_bind(a, op);
		return;
	}
	await_drop(a);
	done(ctx, OP_FAIL, NULL);
}

static void forward_done(void *ctx, enum op_status status, const void *result)
{
	struct forward *f = ctx;
	struct look_up *l = f->look_up;
	const struct dns_answer *answer = result;

	l->failed = l->failed || status != OP_OK;
	for (size_t i = 0; status == OP_OK && !l->confirmed && i < answer->n; i++) {
		l->confirmed = ip_eq(&answer->v[i].ip, &l->ip);
		if (l->confirmed)
			judge_name(l->task, &l->ip, f->name);
	}
	if (--l->open != 0 || l->confirmed)
		return;
	hit_add(l->task, l->failed ? UNAVAILABLE : UNCONFIRMED, l->forward[0].name);
}

static void reverse_done(void *ctx, enum op_status status, const void *result)
{
	struct look_up *l = ctx;
	const struct dns_answer *answer = result;
	unsigned n = 0;

	if (status != OP_OK) {
		hit_add(l->task, UNAVAILABLE, SPAN_NONE);
		return;
	}
	for (; n < answer->n && n < NAMES_MAX; n++) {
		l->forward[n].look_up = l;
		l->forward[n].name = arena_copy(task_arena(l->task), answer->v[n].name);
	}
	if (n == 0) {
		hit_add(l->task, NO_RDNS, SPAN_NONE);
		return;
	}
	l->open = n;
	for (unsigned i = 0; i < n; i++)
		ask(l->task, l->forward[i].name, ip_is_v4(&l->ip) ? DNS_A : DNS_AAAA, forward_done, &l->forward[i]);
}

static struct span reverse_name(struct arena *arena, const struct ip *ip)
{
	static const char digits[] = "0123456789abcdef";
	char nibbles[64];
	size_t n = 0;

	if (ip_is_v4(ip))
		return arena_printf(arena, "%u.%u.%u.%u.in-addr.arpa", ip->b[15], ip->b[14], ip->b[13], ip->b[12]);
	for (size_t i = 32; i-- > 0;) {
		nibbles[n++] = digits[ip->b[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15];
		nibbles[n++] = '.';
	}
	return arena_printf(arena, "%.*sip6.arpa", (int)n, nibbles);
}

static void run(struct task *t, const void *state)
{
	const struct origin *o = stranger_of(t);
	struct look_up *l;

	(void)state;
	if (o == NULL)
		return;
	if (o->name.len != 0) {
		judge_name(t, &o->ip, o->name);
	} else if (task_services(t)->dns != NULL) {
		l = ARENA_NEW(task_arena(t), struct look_up);
		l->task = t;
		l->ip = o->ip;
		ask(t, reverse_name(task_arena(t), &o->ip), DNS_PTR, reverse_done, l);
	} else if (o->helo.len != 0 && o->hops == 0) {
		/* Without HELO nothing of the session is known, the name neither. */
		hit_add(t, NO_RDNS, SPAN_NONE);
	}
}

const struct check check_client_name = {
	.name = "client_name", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
