#include "mail/msg.h"

#include "base/array.h"
#include "base/ascii.h"
#include "mail/mapi.h"

#define PROPERTIES "__properties_version1.0"
#define STREAM_PREFIX "__substg1.0_"
#define RECIPIENT_PREFIX "__recip_version1.0_"
#define ATTACHMENT_PREFIX "__attach_version1.0_"
#define HEADER_TOP 32
#define HEADER_EMBEDDED 24
#define HEADER_OTHER 8

struct reader {
	struct mapi_budget budget;
	struct ole *ole;
};

static uint32_t le32(struct span s, size_t at)
{
	const uint8_t *p = (const uint8_t *)s.p + at;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

bool msg_is(const struct ole *o)
{
	int32_t properties = ole_find(o, 0, SPAN_LIT(PROPERTIES));

	return properties >= 0 && o->v[properties].kind == OLE_STREAM;
}

/* "__substg1.0_0037001F": the tag, property in the high half, type in the low. */
static bool tag_of(struct span name, uint32_t *tag_r)
{
	size_t prefix = sizeof(STREAM_PREFIX) - 1;
	uint32_t tag = 0;

	if (name.len != prefix + 8 || !span_case_starts(name, SPAN_LIT(STREAM_PREFIX)))
		return false;
	for (size_t i = prefix; i < name.len; i++) {
		int digit = ascii_xvalue(name.p[i]);

		if (digit < 0)
			return false;
		tag = tag << 4 | (uint32_t)digit;
	}
	*tag_r = tag;
	return true;
}

/* Values of fixed size stand in one stream, 16 bytes each (2.4.2.1). */
static void read_fixed(struct reader *r, int32_t storage, size_t header, struct mapi_properties *props)
{
	struct span s = span_from(ole_child_stream(r->ole, storage, SPAN_LIT(PROPERTIES)), header);

	for (; s.len >= 16; s = span_from(s, 16)) {
		uint32_t tag = le32(s, 0);
		unsigned type = tag & 0xffff;

		if (type != MAPI_STRING8 && type != MAPI_UNICODE && type != MAPI_BINARY && type != MAPI_OBJECT && mapi_known(tag >> 16))
			mapi_set(props, tag >> 16, type, span_sub(s, 8, 8));
	}
}

/* All others in a stream of their own. object_r: the storage of an embedded message or object, -1: none. */
static void read_properties(struct reader *r, int32_t storage, size_t header, struct mapi_properties *props, int32_t *object_r)
{
	*object_r = -1;
	read_fixed(r, storage, header, props);
	for (int32_t i = r->ole->v[storage].first; i >= 0; i = r->ole->v[i].next) {
		uint32_t tag;

		if (!tag_of(r->ole->v[i].name, &tag) || !mapi_known(tag >> 16))
			continue;
		if (r->ole->v[i].kind == OLE_STORAGE && tag >> 16 == 0x3701)
			*object_r = i;
		else if (r->ole->v[i].kind == OLE_STREAM)
			mapi_set(props, tag >> 16, tag & 0xffff, ole_stream(r->ole, i));
	}
}

static void read_message(struct reader *r, int32_t storage, size_t header, unsigned codepage, unsigned depth_left, struct outlook_message *m);

/* An OLE object (a picture pasted into the text, a document): its largest stream is what there is to look at. */
static struct span object_data(struct reader *r, int32_t storage)
{
	int32_t largest = -1;

	for (int32_t i = r->ole->v[storage].first; i >= 0; i = r->ole->v[i].next) {
		if (r->ole->v[i].kind == OLE_STREAM && (largest < 0 || r->ole->v[i].size > r->ole->v[largest].size))
			largest = i;
	}
	return largest < 0 ? SPAN_NONE : ole_stream(r->ole, largest);
}

static void read_attachment(struct reader *r, int32_t storage, unsigned codepage, unsigned depth_left, struct outlook_message *m)
{
	struct mapi_properties props = { 0 };
	struct outlook_attachment *a;
	struct outlook_message *inner;
	int32_t object;

	if (r->budget.attachments == 0) {
		m->cut = true;
		return;
	}
	read_properties(r, storage, HEADER_OTHER, &props, &object);
	a = mapi_attachment(&r->budget, &props, codepage, m);
	if (a == NULL || object < 0)
		return;
	if (ole_find(r->ole, object, SPAN_LIT(PROPERTIES)) < 0) {
		a->data = object_data(r, object);
		return;
	}
	if (depth_left == 0) {
		m->cut = true;
		return;
	}
	inner = ARENA_NEW(r->budget.arena, struct outlook_message);
	read_message(r, object, HEADER_EMBEDDED, codepage, depth_left - 1, inner);
	a->message = inner;
	a->data = SPAN_NONE;
	if (a->name.len == 0)
		a->name = inner->subject;
}

/* Children are linked in no order that means anything: recipients and attachments are numbered, names sort as they do. */
static int by_name(const struct ole *o, int32_t a, int32_t b)
{
	return span_cmp(o->v[a].name, o->v[b].name);
}

static void sort_entries(const struct ole *o, int32_t *v, size_t n)
{
	/* Shell sort: no context argument needed, n is bounded by the budgets. */
	for (size_t gap = n / 2; gap > 0; gap /= 2) {
		for (size_t i = gap; i < n; i++) {
			int32_t x = v[i];
			size_t k = i;

			for (; k >= gap && by_name(o, v[k - gap], x) > 0; k -= gap)
				v[k] = v[k - gap];
			v[k] = x;
		}
	}
}

/* The storages of a message whose names begin so, in order; at most "max". */
static int32_t *list_storages(struct reader *r, int32_t storage, struct span prefix, size_t max, size_t *n_r, bool *cut)
{
	size_t n = 0, cap = 0;
	int32_t *v = NULL;

	for (int32_t i = r->ole->v[storage].first; i >= 0; i = r->ole->v[i].next) {
		if (r->ole->v[i].kind != OLE_STORAGE || !span_case_starts(r->ole->v[i].name, prefix))
			continue;
		if (n == max) {
			*cut = true;
			break;
		}
		*ARRAY_ADD(r->budget.arena, v, n, cap) = i;
	}
	sort_entries(r->ole, v, n);
	*n_r = n;
	return v;
}

static void read_message(struct reader *r, int32_t storage, size_t header, unsigned codepage, unsigned depth_left, struct outlook_message *m)
{
	struct mapi_properties props = { 0 };
	int32_t object, *v;
	size_t n;

	read_properties(r, storage, header, &props, &object);
	codepage = mapi_codepage(&props, codepage);
	mapi_message(&r->budget, &props, codepage, m);
	v = list_storages(r, storage, SPAN_LIT(RECIPIENT_PREFIX), r->budget.recipients, &n, &m->cut);
	for (size_t i = 0; i < n; i++) {
		struct mapi_properties recipient = { 0 };

		read_properties(r, v[i], HEADER_OTHER, &recipient, &object);
		mapi_recipient(&r->budget, &recipient, codepage, m);
	}
	v = list_storages(r, storage, SPAN_LIT(ATTACHMENT_PREFIX), r->budget.attachments, &n, &m->cut);
	for (size_t i = 0; i < n; i++)
		read_attachment(r, v[i], codepage, depth_left, m);
}

void msg_read(struct arena *arena, struct ole *o, const struct outlook_limits *limits, struct outlook_message *message_r)
{
	struct reader r = { .budget = { .arena = arena, .attachments = limits->attachments, .recipients = limits->attachments, .text = limits->text }, .ole = o };

	*message_r = (struct outlook_message){ 0 };
	read_message(&r, 0, HEADER_TOP, 0, limits->depth, message_r);
	message_r->broken |= o->broken;
}

bool msg_read_file(struct arena *arena, struct span file, const struct outlook_limits *limits, struct outlook_message *message_r)
{
	struct ole o;

	if (!ole_open(arena, file, &o) || !msg_is(&o))
		return false;
	msg_read(arena, &o, limits, message_r);
	return true;
}
