#include "mail/tnef.h"

#include "base/array.h"
#include "mail/mapi.h"

#define SIGNATURE 0x223e9f78

/* Attributes (MS-OXTNEF, 2.1.3.2): type in the high half, name in the low. Names are unique. */
enum {
	ATT_FROM = 0x8000, ATT_SUBJECT = 0x8004, ATT_DATE_SENT = 0x8005, ATT_MESSAGE_CLASS = 0x8008, ATT_MESSAGE_ID = 0x8009, ATT_BODY = 0x800c,
	ATT_ATTACH_DATA = 0x800f, ATT_ATTACH_TITLE = 0x8010, ATT_RENDDATA = 0x9002, ATT_MESSAGE_PROPS = 0x9003, ATT_RECIPIENTS = 0x9004,
	ATT_ATTACHMENT = 0x9005, ATT_CODEPAGE = 0x9007,
};
#define LEVEL_MESSAGE 1
#define LEVEL_ATTACHMENT 2

#define PROPERTIES_MAX 4096 /* of one list */
#define VALUES_MAX 65536    /* of all properties of one list */

struct reader {
	struct mapi_budget *budget;
	unsigned depth_left;
	struct outlook_message *m;
	struct mapi_properties *props;   /* of the message */
	struct mapi_properties *attach;  /* of the attachment being read; NULL: none */
	struct span title, data;         /* of it, outside of its properties */
	unsigned codepage;
	struct span subject, body, class_name, sent;
};

/* A little-endian cursor: as base/cursor.h, whose getters are big-endian. */
struct le {
	struct span rest;
	bool bad;
};

static struct span le_bytes(struct le *c, size_t n)
{
	struct span s;

	if (c->bad || n > c->rest.len) {
		c->bad = true;
		return SPAN_NONE;
	}
	s = span_make(c->rest.p, n);
	c->rest = span_from(c->rest, n);
	return s;
}

static uint32_t le_number(struct le *c, size_t n)
{
	struct span s = le_bytes(c, n);
	uint32_t value = 0;

	for (size_t i = s.len; i-- != 0;)
		value = value << 8 | (uint8_t)s.p[i];
	return value;
}

static uint32_t le_u32(struct le *c)
{
	return le_number(c, 4);
}

/* n bytes, and those that fill up to a multiple of four; at the very end the filling may be missing. */
static struct span le_padded(struct le *c, size_t n)
{
	struct span s = le_bytes(c, n);
	size_t fill = (4 - n % 4) % 4;

	if (!c->bad)
		c->rest = span_from(c->rest, fill);
	return s;
}

/* Bytes of a value of fixed size; 0: variable. */
static size_t fixed_size(unsigned type)
{
	switch (type) {
	case MAPI_INT16:
	case MAPI_INT32:
	case MAPI_FLOAT:
	case MAPI_ERROR:
	case MAPI_BOOL:
	case 1: /* null */
		return 4;
	case MAPI_DOUBLE:
	case MAPI_CURRENCY:
	case MAPI_APPTIME:
	case MAPI_INT64:
	case MAPI_TIME:
		return 8;
	case MAPI_CLSID:
		return 16;
	default:
		return 0;
	}
}

/* The name of a named property: it is passed over. */
static void skip_name(struct le *c)
{
	le_bytes(c, 16);
	if (le_u32(c) == 0)
		le_u32(c);
	else
		le_padded(c, le_u32(c));
}

static bool is_variable(unsigned type)
{
	return type == MAPI_STRING8 || type == MAPI_UNICODE || type == MAPI_BINARY || type == MAPI_OBJECT;
}

static bool read_property(struct le *c, struct mapi_properties *props, unsigned *values_left)
{
	unsigned full = le_number(c, 2), id = le_number(c, 2), type = full & 0xfff;
	bool counted = is_variable(type) || (full & MAPI_MULTIPLE) != 0;
	uint32_t count;

	if (id >= 0x8000)
		skip_name(c);
	if (c->bad || (!is_variable(type) && fixed_size(type) == 0))
		return false;
	count = counted ? le_u32(c) : 1;
	for (uint32_t i = 0; i < count && !c->bad; i++) {
		struct span value = is_variable(type) ? le_padded(c, le_u32(c)) : le_bytes(c, fixed_size(type));

		if ((*values_left)-- == 0)
			return false;
		if (i == 0 && !c->bad && id < 0x8000)
			mapi_set(props, id, type, value);
	}
	return !c->bad;
}

/* A property list (MS-OXTNEF, 2.1.3.4.2). What stands before damage counts. */
static bool read_properties(struct le *c, struct mapi_properties *props)
{
	uint32_t count = le_u32(c);
	unsigned values_left = VALUES_MAX;

	if (count > PROPERTIES_MAX)
		return false;
	while (count-- != 0) {
		if (!read_property(c, props, &values_left))
			return false;
	}
	return true;
}

static bool read_recipients(struct reader *r, struct span bytes)
{
	struct le c = { .rest = bytes };
	uint32_t rows = le_u32(&c);

	while (rows-- != 0 && !c.bad) {
		struct mapi_properties props = { 0 };

		if (!read_properties(&c, &props))
			return false;
		if (mapi_recipient(r->budget, &props, r->codepage, r->m) == NULL)
			return true;
	}
	return !c.bad;
}

static bool read_document(struct mapi_budget *, unsigned depth_left, unsigned codepage, struct span tnef, struct outlook_message *m);

/* An object's bytes begin with its interface: an embedded message is TNEF again, others are kept as they are. */
static void read_object(struct reader *r, struct outlook_attachment *a)
{
	struct outlook_message *inner;
	struct span object = span_from(a->data, 16);

	a->data = object;
	if (r->depth_left == 0) {
		r->m->cut = true;
		return;
	}
	inner = ARENA_NEW(r->budget->arena, struct outlook_message);
	if (!read_document(r->budget, r->depth_left - 1, r->codepage, object, inner))
		return;
	a->message = inner;
	a->data = SPAN_NONE;
	if (a->name.len == 0)
		a->name = inner->subject;
}

/* All attributes of an attachment are there. Its properties know more than the old attributes. */
static void end_attachment(struct reader *r)
{
	struct outlook_attachment *a;
	bool object;

	if (r->attach == NULL)
		return;
	a = mapi_attachment(r->budget, r->attach, r->codepage, r->m);
	if (a != NULL) {
		object = r->attach->v[MAPI_P_ATTACH_DATA].type == MAPI_OBJECT;
		if (r->data.p != NULL && !object)
			a->data = r->data;
		if (a->name.len == 0)
			a->name = span_trim(mapi_text(r->budget, MAPI_STRING8, r->title, r->codepage));
		if (object)
			read_object(r, a);
	}
	r->attach = NULL;
	r->title = r->data = SPAN_NONE;
}

static void begin_attachment(struct reader *r)
{
	end_attachment(r);
	r->attach = ARENA_NEW(r->budget->arena, struct mapi_properties);
}

static void read_attachment_attribute(struct reader *r, unsigned name, struct span bytes)
{
	struct le c = { .rest = bytes };

	if (name == ATT_RENDDATA || r->attach == NULL) {
		if (r->budget->attachments == 0) {
			r->m->cut = true;
			return;
		}
		begin_attachment(r);
	}
	if (name == ATT_ATTACH_TITLE)
		r->title = bytes;
	else if (name == ATT_ATTACH_DATA)
		r->data = bytes;
	else if (name == ATT_ATTACHMENT && !read_properties(&c, r->attach))
		r->m->broken = true;
}

/* attFrom: a TRP structure (MS-OXTNEF, 2.1.3.3.2.1): display name, then "SMTP:address". */
static void read_from(struct reader *r, struct span bytes)
{
	struct le c = { .rest = bytes };
	uint32_t head = le_u32(&c);
	size_t name_len, address_len, colon;
	struct span name, address;

	(void)head; /* trpid and cbgrtrp */
	name_len = le_number(&c, 2);
	address_len = le_number(&c, 2);
	name = le_bytes(&c, name_len);
	address = le_bytes(&c, address_len);
	if (c.bad)
		return;
	r->m->from_name = span_trim(mapi_text(r->budget, MAPI_STRING8, name, r->codepage));
	address = mapi_text(r->budget, MAPI_STRING8, address, r->codepage);
	colon = span_chr(address, ':');
	r->m->from_address = colon == SPAN_NPOS ? address : span_from(address, colon + 1);
}

static void read_message_attribute(struct reader *r, unsigned name, struct span bytes)
{
	struct le c = { .rest = bytes };

	switch (name) {
	case ATT_CODEPAGE:
		r->codepage = le_u32(&c);
		break;
	case ATT_SUBJECT:
		r->subject = bytes;
		break;
	case ATT_BODY:
		r->body = bytes;
		break;
	case ATT_MESSAGE_CLASS:
		r->class_name = bytes;
		break;
	case ATT_DATE_SENT:
		r->sent = bytes;
		break;
	case ATT_FROM:
		read_from(r, bytes);
		break;
	case ATT_MESSAGE_PROPS:
		r->m->broken |= !read_properties(&c, r->props);
		break;
	case ATT_RECIPIENTS:
		r->m->broken |= !read_recipients(r, bytes);
		break;
	default:
		break;
	}
}

/* Days from 1970-01-01 (proleptic Gregorian). */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t era, yoe, doy;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	yoe = year - era * 400;
	doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* Year, month, day, hour, minute, second, day of week: 16 bits each. */
static int64_t date_of(struct span bytes)
{
	struct le c = { .rest = bytes };
	uint32_t year = le_number(&c, 2), month = le_number(&c, 2), day = le_number(&c, 2);
	uint32_t hour = le_number(&c, 2), minute = le_number(&c, 2), second = le_number(&c, 2);

	if (c.bad || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
		return 0;
	return days_of(year, month, day) * 86400 + (int64_t)hour * 3600 + (int64_t)minute * 60 + second;
}

/* The properties first, then what only the old attributes say. */
static void finish(struct reader *r)
{
	struct outlook_message *m = r->m;

	end_attachment(r);
	mapi_message(r->budget, r->props, r->codepage, m);
	if (m->subject.len == 0)
		m->subject = span_trim(mapi_text(r->budget, MAPI_STRING8, r->subject, r->codepage));
	if (m->text.len == 0)
		m->text = mapi_text(r->budget, MAPI_STRING8, r->body, r->codepage);
	if (m->class_name.len == 0)
		m->class_name = mapi_text(r->budget, MAPI_STRING8, r->class_name, r->codepage);
	if (m->date == 0)
		m->date = date_of(r->sent);
}

static bool read_document(struct mapi_budget *budget, unsigned depth_left, unsigned codepage, struct span tnef, struct outlook_message *m)
{
	struct le c = { .rest = tnef };
	struct reader r = { .budget = budget, .depth_left = depth_left, .m = m, .codepage = codepage };

	if (le_u32(&c) != SIGNATURE || c.bad)
		return false;
	le_number(&c, 2);
	r.props = ARENA_NEW(budget->arena, struct mapi_properties);
	while (c.rest.len != 0 && !c.bad) {
		unsigned level = le_number(&c, 1), name = le_number(&c, 2);
		struct span bytes;

		le_number(&c, 2); /* its type says nothing that the name does not */
		if (level != LEVEL_MESSAGE && level != LEVEL_ATTACHMENT) {
			m->broken = true; /* other programs' additions at the end are common; nothing reads them */
			break;
		}
		bytes = le_bytes(&c, le_u32(&c));
		if (c.bad)
			break;
		if (level == LEVEL_ATTACHMENT)
			read_attachment_attribute(&r, name, bytes);
		else
			read_message_attribute(&r, name, bytes);
		le_bytes(&c, c.rest.len < 2 ? c.rest.len : 2);
	}
	m->broken |= c.bad;
	finish(&r);
	return true;
}

bool tnef_read(struct arena *arena, struct span tnef, const struct outlook_limits *limits, struct outlook_message *message_r)
{
	struct mapi_budget budget = { .arena = arena, .attachments = limits->attachments, .recipients = limits->attachments, .text = limits->text };

	*message_r = (struct outlook_message){ 0 };
	return read_document(&budget, limits->depth, 0, tnef, message_r);
}
