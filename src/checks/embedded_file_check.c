/* Shortcuts and notebooks, wherever they are found, and links that only a camera reads. */
#include "checks/contained.h"

enum { ONENOTE, SHORTCUT, COMMAND, QR };

static const struct symbol symbols[] = {
	[ONENOTE] = { "ONENOTE_EMBEDDED_FILE", "content", 2500, "A OneNote file holds a file that opens on a double click.", ACTION_NONE },
	[SHORTCUT] = { "LNK_FILE", "content", 1500, "A Windows shortcut is attached, or inside of an attachment.", ACTION_NONE },
	[COMMAND] = { "LNK_COMMAND", "content", 3000, "A Windows shortcut runs a command interpreter or a program that loads others.", ACTION_NONE },
	[QR] = { "QR_CODE_LINK", "content", 1000, "An image holds a QR code with a link.", ACTION_NONE },
};

static const struct contained_symbol facts[] = {
	{ ONENOTE, CONTENT_ONENOTE_EMBEDDED_FILE }, { SHORTCUT, CONTENT_LNK_FILE }, { COMMAND, CONTENT_LNK_COMMAND },
};

static void run(struct task *t, const void *state)
{
	const struct inspection_list *list = inspection_of(t);

	(void)state;
	contained_hit_facts(t, facts, sizeof(facts) / sizeof(facts[0]));
	for (size_t i = 0; list != NULL && i < list->n; i++) {
		const struct contents *c = list->v[i].contents;

		for (size_t k = 0; c != NULL && k < c->nurls; k++) {
			if (c->urls[k].source == CONTENT_URL_QR) {
				hit_add(t, QR, c->urls[k].url);
				return;
			}
		}
	}
}

const struct check check_embedded_file = {
	.name = "embedded_file", .stages = STAGE_MESSAGE, .after = contained_after, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
