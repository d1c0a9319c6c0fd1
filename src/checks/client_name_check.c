/* The client's name in the DNS: missing, or one that providers give to subscribers' lines. */
#include "base/ascii.h"
#include "checks/literal.h"
#include "scan/check.h"

enum { NO_RDNS, DYNAMIC };

static const struct symbol symbols[] = {
	[NO_RDNS] = { "CLIENT_NO_RDNS", "content", 1200, "The client's address has no confirmed name in the DNS.", ACTION_NONE },
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

static void run(struct task *t, const void *state)
{
	const struct client *client = &task_tx(t)->client;
	struct name n;

	(void)state;
	if (client->name.len == 0) {
		/* Without HELO nothing of the session is known, the name neither. */
		if (client->helo.len != 0)
			hit_add(t, NO_RDNS, SPAN_NONE);
		return;
	}
	if (!ip_is_v4(&client->ip))
		return;
	name_read(&n, span_sub(client->name, 0, 255), &client->ip);
	if (n.fixed || (n.octets < 3 && !n.hex && !(n.dynamic && n.octets >= 2)))
		return;
	hit_add_to(t, DYNAMIC, n.dynamic ? 1000 : 600, RCPT_ALL, client->name);
}

const struct check check_client_name = {
	.name = "client_name", .stages = STAGE_MESSAGE, .needs = NEED_INBOUND | NEED_CLIENT, .symbols = symbols,
	.nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
