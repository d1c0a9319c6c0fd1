#include "inspect/contents_outlook.h"

#define DEPTH 8 /* of embedded messages: those deeper were not read */

static void add_body(struct reader *r, int32_t parent, enum content_role role, struct span bytes)
{
	int32_t item;

	if (bytes.len == 0)
		return;
	item = contents_add_bytes(r, parent, role, SPAN_NONE, bytes);
	if (item >= 0 && role == CONTENT_RTF)
		contents_open(r, item);
}

static void add_message(struct reader *r, int32_t item, const struct outlook_message *m, unsigned depth);

static void add_attachment(struct reader *r, int32_t parent, const struct outlook_attachment *a, unsigned depth)
{
	int32_t item;

	if (a->message != NULL) {
		add_message(r, parent, a->message, depth + 1);
		return;
	}
	item = contents_add_bytes(r, parent, CONTENT_FILE, a->name, a->data);
	if (item < 0)
		return;
	contents_tell_name(r, item);
	contents_open(r, item);
}

/* The message as a whole, and below it its pieces. */
static void add_message(struct reader *r, int32_t parent, const struct outlook_message *m, unsigned depth)
{
	size_t room = contents_room(r);
	struct span whole = room != 0 ? outlook_compose(r->arena, m, room) : SPAN_NONE;
	int32_t item;

	if (depth > DEPTH)
		return;
	contents_spend(r, 0, whole.len);
	item = contents_add_bytes(r, parent, CONTENT_MESSAGE, m->subject, whole);
	if (item < 0)
		return;
	contents_item(r, item)->type = FILE_EML;
	if (m->broken)
		contents_tell(r, item, CONTENT_BROKEN);
	if (m->cut)
		contents_tell(r, item, CONTENT_TOO_MANY);
	add_body(r, item, CONTENT_HEADERS, m->headers);
	add_body(r, item, CONTENT_TEXT, m->text);
	add_body(r, item, CONTENT_HTML, m->html);
	add_body(r, item, CONTENT_TEXT, m->rtf_text);
	add_body(r, item, CONTENT_RTF, m->rtf);
	for (size_t i = 0; i < m->nattachments; i++)
		add_attachment(r, item, &m->attachments[i], depth);
}

void contents_add_outlook(struct reader *r, int32_t item, const struct outlook_message *m)
{
	add_message(r, item, m, 0);
}
