/*
 * Text that a reader does not see and a filter shall read. Newsletters hide a preheader, and the same content in a form for small screens: only
 * hidden words that do not occur in the visible text count, and only beyond the length of a preheader.
 */
#include "checks/words.h"
#include "scan/check.h"

enum { HIDDEN };

static const struct symbol symbols[] = {
	[HIDDEN] = { "HTML_HIDDEN_TEXT", "content", 2000, "The HTML holds much text that a reader does not see.", ACTION_NONE },
};

#define BYTES_MIN 300  /* beyond a preheader */
#define WORDS_READ 1500
#define FOREIGN_MIN 50 /* different words that are nowhere in the visible text */
#define WORD_MIN 3     /* bytes */

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	struct wordset visible;
	struct span rest = m->hidden_text, word, first = SPAN_NONE;
	size_t n = 0, shown;

	(void)state;
	if (rest.len < BYTES_MIN)
		return;
	wordset_init(&visible);
	wordset_add_text(&visible, m->text, WORD_MIN, WORDS_READ);
	shown = visible.n;
	for (size_t i = 0; i < WORDS_READ && words_next_plain(&rest, &word); i++) {
		if (word.len < WORD_MIN || !wordset_add(&visible, word))
			continue;
		first = n++ == 0 ? word : first;
	}
	if (n >= FOREIGN_MIN)
		hit_add_to(t, HIDDEN, n > shown ? 1250 : 1000, RCPT_ALL, arena_printf(task_arena(t), "%zu hidden words, %zu shown: %.*s", n, shown, SPAN_ARG(first)));
}

const struct check check_html_hidden_text = {
	.name = "html_hidden_text", .stages = STAGE_MESSAGE, .needs = NEED_HTML, .symbols = symbols, .nsymbols = 1, .run = run,
};
