/*
 * Attachments that Outlook packed a message into become parts of ours, behind all that were declared: TNEF (winmail.dat) its bodies and files,
 * an Outlook message (.msg) an attached message.
 */
#include "base/utf8.h"
#include "mail/message_build.h"
#include "mail/msg.h"
#include "mail/outlook.h"
#include "mail/tnef.h"

static struct part *add_part(struct tree *t, size_t host, enum part_kind kind, struct span type, struct span body)
{
	struct part *p;

	if (body.len == 0)
		return NULL;
	p = message_part_new(t, (int32_t)host, t->parts[host].depth + 1);
	if (p == NULL)
		return NULL;
	p->kind = kind;
	p->type = type;
	p->type_declared = true;
	p->raw = span_sub(t->parts[host].body, 0, 0); /* it has no encoded form of its own */
	p->body = body;
	p->detected = file_type_detect(body);
	return p;
}

static void add_text(struct tree *t, size_t host, enum part_kind kind, struct span text)
{
	struct part *p = add_part(t, host, kind, kind == PART_HTML ? SPAN_LIT("text/html") : SPAN_LIT("text/plain"), text);

	if (p == NULL)
		return;
	p->charset = SPAN_LIT("utf-8");
	message_read_text(t, t->n - 1);
}

static void add_attachment(struct tree *t, size_t host, const struct outlook_attachment *a)
{
	struct build *b = t->build;
	struct part *p;

	if (a->message != NULL)
		p = add_part(t, host, PART_MESSAGE, SPAN_LIT("message/rfc822"), outlook_compose(b->arena, a->message, b->bytes_left));
	else
		p = add_part(t, host, PART_ATTACHMENT, a->type.len != 0 ? a->type : SPAN_LIT("application/octet-stream"), a->data);
	if (p == NULL)
		return;
	p->type_declared = a->type.len != 0;
	p->name = utf8_repair(b->arena, a->name);
	p->disposition = SPAN_LIT("attachment");
	p->content_id = a->content_id;
	message_part_tell_name(p);
}

/* Room for RTF is what is left for HTML: it is read as such. */
static struct outlook_limits limits_of(const struct tree *t, size_t host)
{
	const struct build *b = t->build;
	struct outlook_limits limits = { .attachments = b->parts_left, .depth = b->limits->depth - t->base_depth - t->parts[host].depth - 1, .text = b->html_source_left };

	if (limits.depth > outlook_limits_default.depth)
		limits.depth = outlook_limits_default.depth;
	if (limits.text > outlook_limits_default.text)
		limits.text = outlook_limits_default.text;
	return limits;
}

static void expand_tnef(struct tree *t, size_t host)
{
	struct build *b = t->build;
	struct outlook_limits limits = limits_of(t, host);
	struct outlook_message m;

	if (!tnef_read(b->arena, t->parts[host].body, &limits, &m))
		return;
	b->html_source_left -= m.rtf.len < b->html_source_left ? m.rtf.len : b->html_source_left;
	if (m.broken)
		fact_add(&t->parts[host].facts, FACT_TNEF_BROKEN);
	if (m.cut)
		fact_add(&t->parts[host].facts, FACT_PART_TOO_MANY);
	add_text(t, host, PART_TEXT, m.text);
	add_text(t, host, PART_HTML, m.html);
	if (!span_eq(span_trim(m.rtf_text), span_trim(m.text)))
		add_text(t, host, PART_TEXT, m.rtf_text);
	for (size_t i = 0; i < m.nattachments; i++)
		add_attachment(t, host, &m.attachments[i]);
}

static void expand_msg(struct tree *t, size_t host)
{
	struct build *b = t->build;
	struct outlook_limits limits = limits_of(t, host);
	struct outlook_message m;
	struct outlook_attachment a = { .message = &m };

	if (!msg_read_file(b->arena, t->parts[host].body, &limits, &m))
		return;
	b->html_source_left -= m.rtf.len < b->html_source_left ? m.rtf.len : b->html_source_left;
	if (m.cut)
		fact_add(&t->parts[host].facts, FACT_PART_TOO_MANY);
	a.name = m.subject;
	add_attachment(t, host, &a);
}

void message_expand(struct tree *t)
{
	/* Parts that are added may be containers themselves: each level is one deeper. */
	for (size_t i = 0; i < t->n; i++) {
		struct part *p = &t->parts[i];

		if (p->kind != PART_ATTACHMENT || (p->detected != FILE_TNEF && p->detected != FILE_OLE))
			continue;
		if (t->base_depth + p->depth + 1 >= t->build->limits->depth)
			fact_add(&p->facts, FACT_PART_TOO_DEEP);
		else if (p->detected == FILE_TNEF)
			expand_tnef(t, i);
		else
			expand_msg(t, i);
	}
}
