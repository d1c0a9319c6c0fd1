/* The outer form of the subject: there, not shouted, not punctuated like an advertisement, of usual length. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "scan/check.h"

enum { MISSING, CAPS, PUNCTUATION, LONG, SPACED };

static const struct symbol symbols[] = {
	[MISSING] = { "SUBJECT_MISSING", "content", 500, "The message has no subject.", ACTION_NONE },
	[CAPS] = { "SUBJECT_ALL_CAPS", "content", 700, "The subject is written in capitals alone.", ACTION_NONE },
	[PUNCTUATION] = { "SUBJECT_PUNCTUATION", "content", 600, "The subject holds runs of exclamation or question marks, or many currency signs.", ACTION_NONE },
	[LONG] = { "SUBJECT_LONG", "content", 300, "The subject is longer than 200 characters.", ACTION_NONE },
	[SPACED] = { "SUBJECT_SPACED_LETTERS", "content", 1200, "Words of the subject are written with gaps between their letters.", ACTION_NONE },
};

#define READ_MAX 1000
#define LONG_LIMIT 200

struct tally {
	size_t chars, upper, lower, caps_words, marks, currency, spaced;
	size_t run; /* of '!' and '?' */
	size_t singles; /* letters that stood alone, one after the other */
	bool long_word; /* the running word has more than one letter */
	size_t word_upper;
};

static void end_word(struct tally *n)
{
	if (n->word_upper >= 2)
		n->caps_words++;
	n->word_upper = 0;
}

static void count_ascii(struct tally *n, char c, char before, char after)
{
	n->upper += ascii_isupper(c);
	n->lower += ascii_islower(c);
	n->currency += c == '$';
	if (ascii_isupper(c))
		n->word_upper++;
	else
		end_word(n);
	n->run = c == '!' || c == '?' ? n->run + 1 : 0;
	if (n->run > n->marks)
		n->marks = n->run;
	if (ascii_isalpha(c) && before == ' ' && after == ' ')
		n->spaced = ++n->singles > n->spaced ? n->singles : n->spaced;
	else if (c != ' ')
		n->singles = 0;
}

static void count(struct span s, struct tally *n)
{
	size_t taken;

	for (size_t i = 0; i < s.len; i += taken, n->chars++) {
		uint32_t cp = utf8_next(span_from(s, i), &taken);

		if (cp < 0x80) {
			count_ascii(n, (char)cp, (char)(i == 0 ? ' ' : s.p[i - 1]), (char)(i + 1 == s.len ? ' ' : s.p[i + 1]));
			continue;
		}
		n->run = n->singles = 0;
		/* Latin and Cyrillic letters by their position in the blocks; other scripts mostly have no case. */
		if ((cp >= 0xc0 && cp <= 0xde) || (cp >= 0x410 && cp <= 0x42f)) {
			n->upper++;
			n->word_upper++;
		} else if ((cp >= 0xdf && cp <= 0xff) || (cp >= 0x430 && cp <= 0x44f)) {
			n->lower++;
		}
		n->currency += cp == 0x20ac || cp == 0xa3;
	}
	end_word(n);
}

static void run(struct task *t, const void *state)
{
	struct span subject = span_trim(task_msg(t)->subject);
	struct tally n = { 0 };

	(void)state;
	if (subject.len == 0) {
		hit_add(t, MISSING, SPAN_NONE);
		return;
	}
	count(span_sub(subject, 0, READ_MAX), &n);
	/* Abbreviations and one shouted word ("RECHNUNG 4711") are common. */
	if (n.lower == 0 && n.upper >= 12 && n.caps_words >= 2)
		hit_add(t, CAPS, subject);
	if (n.marks >= 3 || n.currency >= 4)
		hit_add(t, PUNCTUATION, subject);
	if (n.chars > LONG_LIMIT)
		hit_add(t, LONG, subject);
	if (n.spaced >= 5)
		hit_add(t, SPACED, subject);
}

const struct check check_subject_form = {
	.name = "subject_form", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
