/* Two alternatives of one text must say the same (RFC 2046, 5.1.4): a harmless text for filters beside an HTML for readers does not. */
#include "checks/words.h"
#include "scan/check.h"

enum { DIFFER, TEXT_PART_EMPTY };

static const struct symbol symbols[] = {
	[DIFFER] = { "MIME_PARTS_DIFFER", "content", 1000, "Plain text and HTML of the same mail have hardly a word in common.", ACTION_NONE },
	[TEXT_PART_EMPTY] = { "MIME_TEXT_PART_EMPTY", "content", 600, "The plain text beside a full HTML part is empty.", ACTION_NONE },
};

#define TEXT_WORDS 100   /* read of the plain text; the beginning tells */
#define HTML_WORDS_READ 450
#define WORD_MIN 3    /* bytes; shorter words are in every text */
#define STUB_WORDS 25 /* "Your mail program does not show HTML; read this newsletter at ..." */
#define HTML_WORDS 10
#define COMMON_PERCENT 25

struct pair {
	const struct part *text, *html;
};

static bool is_below(const struct message *m, const struct part *p, int32_t ancestor)
{
	while (p->parent >= 0 && p->parent != ancestor)
		p = &m->parts[p->parent];
	return p->parent == ancestor;
}

/* The two forms of the first multipart/alternative. */
static bool find_pair(const struct message *m, struct pair *pair_r)
{
	int32_t alternative = -1;

	*pair_r = (struct pair){ NULL, NULL };
	for (size_t i = 0; i < m->nparts; i++) {
		const struct part *p = &m->parts[i];

		if (alternative < 0) {
			if (p->kind == PART_MULTIPART && span_eq(p->type, SPAN_LIT("multipart/alternative")))
				alternative = (int32_t)i;
		} else if (!is_below(m, p, alternative)) {
			break;
		} else if (p->kind == PART_TEXT && pair_r->text == NULL) {
			pair_r->text = p;
		} else if (p->kind == PART_HTML && pair_r->html == NULL) {
			pair_r->html = p;
		}
	}
	return pair_r->text != NULL && pair_r->html != NULL && pair_r->html->html != NULL;
}

static void run(struct task *t, const void *state)
{
	struct wordset html, seen;
	struct pair pair;
	struct span rest, word;
	size_t n = 0, common = 0;

	(void)state;
	if (!find_pair(task_msg(t), &pair))
		return;
	if (words_count(pair.text->text, 1) == 0) {
		if (span_trim(pair.text->text).len == 0 && words_count(pair.html->text, HTML_WORDS) == HTML_WORDS)
			hit_add(t, TEXT_PART_EMPTY, SPAN_NONE);
		return;
	}
	if (words_count(pair.text->text, STUB_WORDS) < STUB_WORDS)
		return;
	wordset_init(&html);
	wordset_init(&seen);
	wordset_add_text(&html, pair.html->text, WORD_MIN, HTML_WORDS_READ);
	wordset_add_text(&html, pair.html->html->hidden, WORD_MIN, HTML_WORDS_READ);
	wordset_add_text(&html, pair.html->html->title, WORD_MIN, HTML_WORDS_READ);
	rest = pair.text->text;
	for (size_t i = 0; i < TEXT_WORDS && words_next_plain(&rest, &word); i++) {
		if (word.len < WORD_MIN || !wordset_add(&seen, word))
			continue;
		n++;
		common += wordset_has(&html, word);
	}
	if (n >= STUB_WORDS / 2 && common * 100 < n * COMMON_PERCENT)
		hit_add_to(t, DIFFER, common * 10 < n ? 1500 : 1000, RCPT_ALL, arena_printf(task_arena(t), "%zu of %zu words in common", common, n));
}

const struct check check_mime_part_mismatch = {
	.name = "mime_part_mismatch", .stages = STAGE_MESSAGE, .needs = NEED_HTML, .symbols = symbols, .nsymbols = 2, .run = run,
};
