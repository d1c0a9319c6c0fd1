#include "learn/report_originals.h"

#include "base/array.h"
#include "learn/report_source.h"

#define FORWARD_TEXT 1000 /* bytes of own text that a forward may have: a remark and a signature */
#define MBOX_MAILS 1000

struct finder {
	struct arena *arena;
	const struct report_limits *limits;
	const struct report_opened *opened;
	size_t nopened;
	struct report *report;
};

/* Where originals are looked for: the report or a wrapper in it. */
struct place {
	const struct message *message;
	enum report_form form;
	int32_t parent;
	unsigned depth;
};

const char *report_how_name(enum report_how how)
{
	static const char *const names[REPORT_HOWS] = { "part", "file", "digest", "feedback", "bounce", "tnef", "msg", "archive", "text" };

	return names[how];
}

size_t report_count(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->noriginals; i++)
		n += (r->originals[i].flags & REPORT_WRAPPER) == 0;
	return n;
}

/* Forms. */

static bool is_bounce_sender(const struct message *m)
{
	struct span local = m->from.n != 0 ? m->from.v[0].local : SPAN_NONE;

	return span_case_eq(local, SPAN_LIT("mailer-daemon")) || span_case_eq(local, SPAN_LIT("postmaster")) ||
	       header_find(&m->headers, SPAN_LIT("X-Failed-Recipients")) != NULL;
}

static bool is_delivery_status(struct span type)
{
	return span_eq(type, SPAN_LIT("message/delivery-status")) || span_eq(type, SPAN_LIT("message/global-delivery-status"));
}

static enum report_form form_of(const struct message *m)
{
	enum report_form form = REPORT_FORM_MAIL;

	for (size_t i = 0; i < m->nparts; i++) {
		struct span type = m->parts[i].type;

		if (span_eq(type, SPAN_LIT("message/feedback-report")))
			return REPORT_FORM_FEEDBACK;
		if (is_delivery_status(type))
			form = REPORT_FORM_BOUNCE;
		else if (span_eq(type, SPAN_LIT("multipart/digest")) && form == REPORT_FORM_MAIL)
			form = REPORT_FORM_DIGEST;
	}
	return form != REPORT_FORM_BOUNCE && is_bounce_sender(m) ? REPORT_FORM_BOUNCE : form;
}

/* The header section of an original, as bounces and feedback reports attach it. */
static bool is_headers_type(struct span type)
{
	static const struct span types[] = {
		SPAN_LIT("text/rfc822-headers"), SPAN_LIT("text/rfc822-header"), SPAN_LIT("message/rfc822-headers"), SPAN_LIT("message/global-headers"), SPAN_LIT("text/rfc822"),
		SPAN_LIT("message/partial"),
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (span_eq(type, types[i]))
			return true;
	}
	return false;
}

static bool is_message_file(const struct part *p)
{
	if (p->kind != PART_ATTACHMENT && p->kind != PART_TEXT)
		return false;
	if (p->kind == PART_TEXT && p->name.len == 0)
		return false; /* it stands in the text: found there, where that is all */
	if (p->detected == FILE_EML)
		return true;
	return (p->detected == FILE_TEXT || p->detected == FILE_UNKNOWN) && report_source_begins(p->body) &&
	       (file_type_of_name(p->name) == FILE_EML || p->kind == PART_ATTACHMENT);
}

static bool is_mbox(const struct part *p)
{
	return p->kind == PART_ATTACHMENT && span_starts(p->body, SPAN_LIT("From ")) && report_source_begins(p->body);
}

static bool needs_inspector(const struct part *p)
{
	if (p->kind != PART_ATTACHMENT)
		return false;
	switch (p->detected) {
	case FILE_ZIP:
	case FILE_RAR:
	case FILE_7Z:
	case FILE_TAR:
	case FILE_GZIP:
	case FILE_BZIP2:
	case FILE_XZ:
	case FILE_ZSTD:
	case FILE_CAB:
		return true;
	default:
		return false;
	}
}

static enum report_how how_of(const struct place *w, const struct part *p)
{
	const struct part *parent = p->parent >= 0 ? &w->message->parts[p->parent] : NULL;

	if (parent != NULL && parent->kind == PART_ATTACHMENT && parent->detected == FILE_TNEF)
		return REPORT_TNEF;
	if (parent != NULL && parent->kind == PART_ATTACHMENT && parent->detected == FILE_OLE)
		return REPORT_MSG;
	if (parent != NULL && span_eq(parent->type, SPAN_LIT("multipart/digest")))
		return REPORT_DIGEST;
	if (w->form == REPORT_FORM_FEEDBACK)
		return REPORT_FEEDBACK;
	return w->form == REPORT_FORM_BOUNCE ? REPORT_BOUNCE : REPORT_PART;
}

/* Wrappers. */

static bool holds_messages(const struct message *m, struct span *subject_r)
{
	for (size_t i = 0; i < m->nparts; i++) {
		const struct part *p = &m->parts[i];

		if (p->kind == PART_MESSAGE) {
			*subject_r = p->inner != NULL ? p->inner->subject : SPAN_NONE;
			return true;
		}
		if (is_message_file(p) || needs_inspector(p))
			return true;
	}
	return false;
}

/* A few words, the subject of a forward (or none), attached mails. */
static bool is_forward(const struct message *m)
{
	struct span inner = SPAN_NONE, rest;
	size_t text = 0;

	if (!holds_messages(m, &inner))
		return false;
	for (size_t i = 0; i < m->nparts; i++)
		text += m->parts[i].kind == PART_TEXT ? span_trim(m->parts[i].text).len : 0;
	if (text > FORWARD_TEXT)
		return false;
	return span_trim(m->subject).len == 0 || report_subject_forwarded(m->subject, &rest) || span_eq(m->subject, inner);
}

static void find_in(struct finder *, const struct place *);

/* Looks into an original: what it holds makes it a wrapper. */
static void look_into(struct finder *f, size_t index, const struct message *m)
{
	struct report_original *o = &f->report->originals[index];
	struct place inner = { .parent = (int32_t)index, .depth = o->depth + 1 };
	size_t before = f->report->noriginals;

	if (o->depth >= f->limits->depth || (o->flags & REPORT_HEADERS_ONLY) != 0)
		return;
	inner.message = m != NULL ? m : message_parse(f->arena, o->bytes, f->limits->message, f->limits->urls);
	inner.form = form_of(inner.message);
	if (inner.form != REPORT_FORM_BOUNCE && inner.form != REPORT_FORM_FEEDBACK && !is_forward(inner.message))
		return;
	find_in(f, &inner);
	if (f->report->noriginals > before)
		f->report->originals[index].flags |= REPORT_WRAPPER; /* the array may have moved */
}

/* Originals. */

/* Outlook keeps the header section with what it received from the Internet; what it made itself has no trace in it. */
static unsigned outlook_flags(struct span bytes)
{
	size_t end = span_find(bytes, SPAN_LIT("\r\n\r\n"));
	struct span head = span_sub(bytes, 0, end);

	return REPORT_REBUILT | (span_case_starts(head, SPAN_LIT("Received:")) || span_case_has(head, SPAN_LIT("\nReceived:")) ? 0u : REPORT_HEADERS_LOST);
}

static void add(struct finder *f, const struct place *w, enum report_how how, unsigned flags, struct span name, struct span bytes, const struct message *m)
{
	struct report *r = f->report;
	struct report_original *o;
	struct span lines;

	lines = report_source_lines(f->arena, bytes);
	if (!report_source_has_field(lines))
		return;
	if (r->noriginals >= f->limits->originals) {
		r->cut = true;
		return;
	}
	o = ARRAY_ADD(f->arena, r->originals, r->noriginals, r->cap_originals);
	*o = (struct report_original){ .how = how, .flags = flags, .depth = w->depth, .parent = w->parent, .name = name, .bytes = lines };
	if (how == REPORT_TNEF || how == REPORT_MSG)
		o->flags |= outlook_flags(lines);
	if (report_source_is_headers_only(lines))
		o->flags |= REPORT_HEADERS_ONLY;
	look_into(f, r->noriginals - 1, lines.p == bytes.p ? m : NULL);
}

static void add_mbox(struct finder *f, const struct place *w, const struct part *p)
{
	struct span rest = p->body, mail;

	for (unsigned i = 0; i < MBOX_MAILS && report_source_next_mbox(&rest, &mail); i++)
		add(f, w, REPORT_FILE, 0, p->name, mail, NULL);
}

static const struct contents *opened_of(const struct finder *f, const struct part *p)
{
	for (size_t i = 0; i < f->nopened; i++) {
		if (f->opened[i].part == p)
			return f->opened[i].contents;
	}
	return NULL;
}

/* What holds an item that was found in a file. */
static bool in_message(const struct contents *c, const struct content_item *item)
{
	for (int32_t up = item->parent; up >= 0; up = c->items[up].parent) {
		if (c->items[up].role == CONTENT_MESSAGE)
			return true;
	}
	return false;
}

static void add_contents(struct finder *f, const struct place *w, const struct contents *c)
{
	for (size_t i = 1; i < c->nitems; i++) {
		const struct content_item *item = &c->items[i];
		unsigned flags = (item->flags & CONTENT_ITEM_CUT) != 0 ? REPORT_CUT : 0;

		if (item->bytes.p == NULL || in_message(c, item))
			continue;
		if (item->role == CONTENT_MESSAGE)
			add(f, w, REPORT_ARCHIVE, flags | outlook_flags(item->bytes), item->name, item->bytes, NULL);
		else if (item->role == CONTENT_FILE && (item->type == FILE_EML || report_source_begins(item->bytes)))
			add(f, w, REPORT_ARCHIVE, flags, item->name, item->bytes, NULL);
	}
}

/* A bounce that has the original's header section as that of a part. */
static bool is_mail_as_part(const struct place *w, const struct part *p)
{
	return w->form == REPORT_FORM_BOUNCE && p->parent >= 0 && p->headers.n > 3 && p->raw.p != NULL && header_first(&p->headers, HDR_FROM) != NULL &&
	       header_first(&p->headers, HDR_MESSAGE_ID) != NULL && header_first(&p->headers, HDR_DATE) != NULL;
}

static void find_in_part(struct finder *f, const struct place *w, const struct part *p)
{
	const struct contents *opened;

	if (is_mail_as_part(w, p)) {
		add(f, w, REPORT_BOUNCE, 0, SPAN_NONE, span_range(p->headers.v[0].name.p, span_end(p->raw)), NULL);
		return;
	}
	if (p->kind == PART_MESSAGE) {
		add(f, w, how_of(w, p), 0, p->name, p->body, p->inner);
	} else if (is_headers_type(p->type) && p->body.len != 0) {
		add(f, w, how_of(w, p), span_eq(p->type, SPAN_LIT("message/partial")) ? REPORT_CUT : 0, p->name, p->body, NULL);
	} else if (is_mbox(p)) {
		add_mbox(f, w, p);
	} else if (is_message_file(p)) {
		add(f, w, REPORT_FILE, 0, p->name, p->body, NULL);
	} else if (needs_inspector(p)) {
		opened = opened_of(f, p);
		if (opened != NULL)
			add_contents(f, w, opened);
		else
			*ARRAY_ADD(f->arena, f->report->unopened, f->report->nunopened, f->report->cap_unopened) = p;
	}
}

/* Where nothing was attached, a mail may be written out in the text. */
static void find_in_texts(struct finder *f, const struct place *w)
{
	for (size_t i = 0; i < w->message->nparts; i++) {
		const struct part *p = &w->message->parts[i];
		struct span source;

		if ((p->kind == PART_TEXT || is_delivery_status(p->type)) && report_source_find(p->body, &source))
			add(f, w, REPORT_TEXT, 0, SPAN_NONE, source, NULL);
	}
}

/* Recursion is bounded by limits.depth. */
static void find_in(struct finder *f, const struct place *w)
{
	size_t before = f->report->noriginals, unopened = f->report->nunopened;

	for (size_t i = 0; i < w->message->nparts; i++)
		find_in_part(f, w, &w->message->parts[i]);
	if (f->report->noriginals == before && f->report->nunopened == unopened)
		find_in_texts(f, w);
}

void report_read(struct arena *arena, const struct message *m, const struct report_limits *limits, const struct report_opened *opened, size_t nopened, struct report *r)
{
	struct finder f = { .arena = arena, .limits = limits, .opened = opened, .nopened = nopened, .report = r };
	struct place outermost = { .message = m, .parent = -1 };
	struct span lines = report_source_lines(arena, m->raw);
	enum report_client layout;

	memset(r, 0, sizeof(*r));
	if (lines.p != m->raw.p)
		outermost.message = m = message_parse(arena, lines, limits->message, limits->urls);
	r->form = outermost.form = form_of(m);
	r->client = report_client_of(m);
	find_in(&f, &outermost);
	if (r->noriginals != 0 || r->nunopened != 0)
		return;
	r->is_inline = report_inline_find(m->text, &layout);
	if (r->is_inline && r->client == REPORT_CLIENT_UNKNOWN)
		r->client = layout;
}
