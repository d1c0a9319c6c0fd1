/* Addresses of wallets in the text: blackmail says where to pay. Only the usual forms of Bitcoin are told, since others are not told from hashes. */
#include "base/ascii.h"
#include "scan/check.h"

enum { BITCOIN };

static const struct symbol symbols[] = {
	[BITCOIN] = { "TEXT_BITCOIN_ADDRESS", "content", 1500, "The text holds a Bitcoin address.", ACTION_NONE },
};

#define READ_MAX 65536
#define LENGTH_MIN 26

/* Base58 leaves out 0, O, I and l; an address begins with 1 or 3 and has 26 to 35 characters. */
static bool is_base58(struct span s)
{
	bool digit = false, upper = false, lower = false;

	if (s.len < LENGTH_MIN || s.len > 35 || (s.p[0] != '1' && s.p[0] != '3'))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if (!ascii_isalnum(c) || c == '0' || c == 'O' || c == 'I' || c == 'l')
			return false;
		digit |= ascii_isdigit(c) && i != 0;
		upper |= ascii_isupper(c);
		lower |= ascii_islower(c);
	}
	return digit && upper && lower;
}

/* BIP 173: "bc1", then 39 or 59 characters of a set without 1, b, i, o, all in one case. */
static bool is_bech32(struct span s)
{
	bool upper = false, lower = false;

	if ((s.len != 42 && s.len != 62) || !span_case_starts(s, SPAN_LIT("bc1")))
		return false;
	for (size_t i = 3; i < s.len; i++) {
		char c = ascii_tolower(s.p[i]);

		if (!ascii_isalnum(c) || c == '1' || c == 'b' || c == 'i' || c == 'o')
			return false;
		upper |= ascii_isupper(s.p[i]);
		lower |= ascii_islower(s.p[i]);
	}
	return !(upper && lower);
}

/* Whether the run of letters and digits stands alone: no part of a URL, a path or a longer code. */
static bool stands_alone(struct span text, size_t begin, size_t end)
{
	static const char joins[] = "/=_-+.%&?@#";

	if (begin > 0 && memchr(joins, text.p[begin - 1], sizeof(joins) - 1) != NULL)
		return false;
	return end >= text.len || text.p[end] == '.' || memchr(joins, text.p[end], sizeof(joins) - 1) == NULL;
}

static void run(struct task *t, const void *state)
{
	struct span text = span_sub(task_msg(t)->text, 0, READ_MAX);
	size_t end;

	(void)state;
	for (size_t i = 0; i + LENGTH_MIN <= text.len; i = end + 1) {
		struct span code;

		/* the last byte that an address beginning here must have: when it is none, none begins before it either */
		for (end = i + LENGTH_MIN - 1; end > i && ascii_isalnum(text.p[end]);)
			end--;
		if (end > i || !ascii_isalnum(text.p[i]))
			continue;
		for (end = i + LENGTH_MIN; end < text.len && ascii_isalnum(text.p[end]);)
			end++;
		code = span_sub(text, i, end - i);
		if ((is_base58(code) || is_bech32(code)) && stands_alone(text, i, end)) {
			hit_add(t, BITCOIN, code);
			return;
		}
	}
}

const struct check check_text_wallet = {
	.name = "text_wallet", .stages = STAGE_MESSAGE, .needs = NEED_TEXT, .symbols = symbols, .nsymbols = 1, .run = run,
};
