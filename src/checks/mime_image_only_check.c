/* Pictures in place of text: what a filter shall not read is painted. A picture that is one big link is the usual form. */
#include "checks/links.h"
#include "checks/words.h"
#include "scan/check.h"

enum { IMAGE_ONLY, LINKED };

static const struct symbol symbols[] = {
	[IMAGE_ONLY] = { "MIME_IMAGE_ONLY", "content", 800, "The HTML shows pictures and next to no text.", ACTION_NONE },
	[LINKED] = { "MIME_LINKED_IMAGE_ONLY", "content", 1500, "The mail is a linked picture with next to no text.", ACTION_NONE },
};

#define WORDS_MAX 12     /* a greeting, a name, "unsubscribe" */
#define IMAGE_BYTES 4000 /* smaller ones are logos and pixels */

static bool has_big_image(const struct message *m)
{
	for (size_t i = 0; i < m->nparts; i++) {
		if (span_starts(m->parts[i].type, SPAN_LIT("image/")) && m->parts[i].body.len >= IMAGE_BYTES)
			return true;
	}
	return false;
}

static bool is_pixel(const struct link *l)
{
	return (l->width >= 0 && l->width <= 3) || (l->height >= 0 && l->height <= 3);
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct link *linked = NULL;
	bool image = has_big_image(m), shown = false;

	(void)state;
	for (size_t i = 0; i < m->nparts; i++)
		shown |= m->parts[i].kind == PART_HTML && m->parts[i].html != NULL && m->parts[i].html->nimages != 0;
	if (!shown || words_count(m->text, WORDS_MAX + 1) > WORDS_MAX)
		return;
	for (size_t i = 0; i < m->nlinks; i++) {
		image |= m->links[i].source == LINK_HTML_IMG && !is_pixel(&m->links[i]);
		if (linked == NULL && m->links[i].has_image && link_is_web(&m->links[i]))
			linked = &m->links[i];
	}
	if (linked != NULL)
		hit_add(t, LINKED, linked->url.raw);
	else if (image)
		hit_add(t, IMAGE_ONLY, SPAN_NONE);
}

const struct check check_mime_image_only = {
	.name = "mime_image_only", .stages = STAGE_MESSAGE, .needs = NEED_HTML, .symbols = symbols, .nsymbols = 2, .run = run,
};
