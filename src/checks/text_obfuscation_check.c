/*
 * Text written so that a reader sees words and a filter does not: invisible characters inside words, reversed runs, letters of other scripts in
 * place of Latin ones, letters from the mathematical alphabets. The subject has checks of its own. Only text outside of ASCII costs time.
 */
#include "base/ascii.h"
#include "base/utf8.h"
#include "checks/script.h"
#include "scan/check.h"

enum { ZERO_WIDTH, BIDI, MIXED, STYLED };

static const struct symbol symbols[] = {
	[ZERO_WIDTH] = { "TEXT_ZERO_WIDTH", "content", 1500, "Words are split by invisible characters.", ACTION_NONE },
	[BIDI] = { "TEXT_BIDI_OVERRIDE", "content", 1500, "Text is shown in reverse order by a bidirectional override.", ACTION_NONE },
	[MIXED] = { "TEXT_MIXED_SCRIPTS", "content", 1500, "Words mix Latin letters with look-alikes of another script.", ACTION_NONE },
	[STYLED] = { "TEXT_STYLED_LETTERS", "content", 1200, "Words are written in letters of the mathematical or enclosed alphabets.", ACTION_NONE },
};

#define READ_MAX 65536  /* bytes looked at */
#define SPLITS_MIN 5    /* invisible characters in words: fewer come from copying */
#define STYLED_MIN 12   /* letters */
#define MIXED_FULL 3    /* words; fewer are slips of people with two keyboards */

struct tally {
	unsigned splits, overrides, styled, mixed;
	struct span evidence; /* of mixed */
};

/* A soft hyphen that hyphenates has letters on both sides of it: one between single letters does not. */
static bool hyphenates(struct span s, size_t at, size_t taken)
{
	return at >= 2 && at + taken + 1 < s.len && !ascii_isspace(s.p[at - 2]) && (uint8_t)s.p[at - 2] != 0xad &&
	       (uint8_t)s.p[at + taken + 1] != 0xc2 && !ascii_isspace(s.p[at + taken + 1]);
}

static bool splits_word(struct span s, size_t at, size_t taken, uint32_t cp)
{
	if (at == 0 || at + taken >= s.len || !ascii_isalpha(s.p[at - 1]) || !ascii_isalpha(s.p[at + taken]))
		return false;
	return cp != 0xad || !hyphenates(s, at, taken);
}

static bool ends_word(char c)
{
	return (uint8_t)c < 0x80 && !ascii_isalpha(c);
}

/* The run of letters around the byte at; *end_r: behind it. At most 64 bytes each way. */
static struct span word_around(struct span s, size_t at, size_t *end_r)
{
	size_t begin = at, end = at;

	while (begin > 0 && at - begin < 64 && !ends_word(s.p[begin - 1]))
		begin--;
	while (end < s.len && end - at < 64 && !ends_word(s.p[end]))
		end++;
	*end_r = end;
	return span_sub(s, begin, end - begin);
}

static bool takes_latin_place(uint32_t cp)
{
	enum script script = script_of(cp);

	return script == SCRIPT_CYRILLIC || script == SCRIPT_GREEK || script == SCRIPT_ARMENIAN || script == SCRIPT_CHEROKEE;
}

static void count(struct span s, struct tally *n)
{
	size_t taken, word_end = 0;

	for (size_t i = utf8_ascii_len(s); i < s.len; i += taken, i += utf8_ascii_len(span_from(s, i))) {
		uint32_t cp = utf8_next(span_from(s, i), &taken);
		struct span word;

		if (cp == UTF8_BAD || cp < 0xad || (cp >= 0xc0 && cp < 0x370))
			continue;
		if (cp == 0x202e)
			n->overrides++;
		else if (script_invisible(cp))
			n->splits += splits_word(s, i, taken, cp);
		else if (script_of(cp) == SCRIPT_STYLED && script_fold(cp) > SCRIPT_SKIP)
			n->styled += cp >= 0x1d400 || (cp >= 0x24b6 && cp <= 0x24e9);
		else if (i >= word_end && takes_latin_place(cp) && script_mixed_word(word_around(s, i, &word_end), &word)) {
			n->evidence = n->mixed++ == 0 ? word : n->evidence;
		}
	}
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	struct tally n = { 0 };

	(void)state;
	count(span_sub(m->text, 0, READ_MAX), &n);
	if (n.splits >= SPLITS_MIN)
		hit_add_to(t, ZERO_WIDTH, n.splits >= 3 * SPLITS_MIN ? 1500 : 1000, RCPT_ALL, arena_printf(task_arena(t), "%u", n.splits));
	if (n.overrides != 0)
		hit_add(t, BIDI, arena_printf(task_arena(t), "%u", n.overrides));
	if (n.mixed != 0)
		hit_add_to(t, MIXED, n.mixed >= MIXED_FULL ? 1500 : 500, RCPT_ALL, n.evidence);
	if (n.styled >= STYLED_MIN)
		hit_add(t, STYLED, arena_printf(task_arena(t), "%u", n.styled));
}

const struct check check_text_obfuscation = {
	.name = "text_obfuscation", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
