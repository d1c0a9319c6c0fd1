/* How the subject is written: encoded without need, or with letters that only look like those a reader takes them for. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "checks/script.h"
#include "scan/check.h"

enum { NEEDLESS, MIXED, STYLED, INVISIBLE };

static const struct symbol symbols[] = {
	[NEEDLESS] = { "SUBJECT_NEEDLESS_ENCODING", "content", 400, "The subject is base64 although it is plain ASCII.", ACTION_NONE },
	[MIXED] = { "SUBJECT_MIXED_SCRIPTS", "content", 2000, "A word of the subject mixes Latin letters with look-alikes of another script.", ACTION_NONE },
	[STYLED] = { "SUBJECT_STYLED_LETTERS", "content", 2000, "The subject is written with mathematical or enclosed letters.", ACTION_NONE },
	[INVISIBLE] = { "SUBJECT_INVISIBLE_CHARS", "content", 1500, "Invisible characters stand inside words of the subject.", ACTION_NONE },
};

#define READ_MAX 1000
#define STYLED_MIN 4

/* Needless: no byte that wants encoding, and not so long that folding inside a word would. */
static bool is_needless(const struct header *h)
{
	if (!h->encoded || h->value.len == 0 || h->value.len > 200 || utf8_ascii_len(h->value) != h->value.len)
		return false;
	for (size_t i = 0; i < h->value.len; i++) {
		if ((uint8_t)h->value.p[i] < ' ')
			return false;
	}
	return span_case_has(h->raw, SPAN_LIT("?b?")) && !span_has(h->value, SPAN_LIT("=?"));
}

static bool is_letter_at(struct span s, size_t i)
{
	size_t taken;

	return i < s.len && script_of(utf8_next(span_from(s, i), &taken)) == SCRIPT_LATIN;
}

/* Joiners and directional marks have their uses in emoji and right-to-left scripts; between Latin letters none of these has. */
static void look_at_letters(struct task *t, struct span s)
{
	size_t taken, styled = 0;
	bool latin = false, invisible = false;

	for (size_t i = 0; i < s.len; i += taken) {
		uint32_t cp = utf8_next(span_from(s, i), &taken);
		enum script script = script_of(cp);

		if (script_invisible(cp) && latin && is_letter_at(s, i + taken))
			invisible = true;
		if (!script_invisible(cp))
			latin = script == SCRIPT_LATIN;
		styled += script == SCRIPT_STYLED && (cp < 0x2100 || cp > 0x214f);
	}
	if (styled >= STYLED_MIN)
		hit_add(t, STYLED, s);
	if (invisible)
		hit_add(t, INVISIBLE, s);
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct header *h = header_first(&m->headers, HDR_SUBJECT);
	struct span subject = span_sub(m->subject, 0, READ_MAX), word;

	(void)state;
	if (h == NULL)
		return;
	if (is_needless(h))
		hit_add(t, NEEDLESS, h->raw);
	if (utf8_ascii_len(subject) == subject.len)
		return;
	if (script_mixed_word(subject, &word))
		hit_add(t, MIXED, word);
	look_at_letters(t, subject);
}

const struct check check_subject_encoding = {
	.name = "subject_encoding", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
