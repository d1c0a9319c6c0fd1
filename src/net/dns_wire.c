#include "net/dns_wire.h"

#include <assert.h>

#include "base/ascii.h"
#include "base/cursor.h"

#define HEADER 12
#define LABEL_MAX 63
#define POINTERS_MAX 64 /* of one name; each leads backwards, so that 127 labels need no more */
#define TYPE_SOA 6
#define TYPE_OPT 41
#define CLASS_IN 1
#define RCODE_NXDOMAIN 3
#define OPT_SIZE 11

/* Writing. */

bool dns_name_read(struct span name, char name_r[static DNS_NAME_MAX], size_t *len_r)
{
	size_t label = 0;

	if (name.len != 0 && name.p[name.len - 1] == '.')
		name.len--;
	if (name.len == 0 || name.len > DNS_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.p[i];

		if (c == '.' ? label == 0 : label == LABEL_MAX)
			return false;
		label = c == '.' ? 0 : label + 1;
		name_r[i] = ascii_tolower(c);
	}
	*len_r = name.len;
	return label != 0;
}

static uint8_t *put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
	return p + 2;
}

size_t dns_question_write(uint8_t out[static DNS_QUESTION_MAX], uint16_t id, struct span name, enum dns_type type)
{
	uint8_t *p = put16(out, id);

	assert(name.len <= DNS_NAME_MAX);
	p = put16(p, 0x0100); /* recursion desired */
	p = put16(p, 1);      /* one question */
	p = put16(p, 0);
	p = put16(p, 0);
	p = put16(p, 1);      /* OPT */
	while (name.len != 0) {
		struct span label = span_split(&name, '.');

		*p++ = (uint8_t)label.len;
		memcpy(p, label.p, label.len);
		p += label.len;
	}
	*p++ = 0;
	p = put16(p, type);
	p = put16(p, CLASS_IN);
	/* OPT (RFC 6891, 6.1.2): the root, type, size of an answer, no extended code, version 0, no flags, no data. */
	*p++ = 0;
	p = put16(p, TYPE_OPT);
	p = put16(p, DNS_UDP_MAX);
	memset(p, 0, OPT_SIZE - 5);
	return (size_t)(p - out) + OPT_SIZE - 5;
}

/* Reading. */

struct name {
	char text[DNS_NAME_MAX + 1]; /* lower case */
	size_t len;
	bool odd; /* has bytes that the text form does not show clearly */
};

struct packet {
	struct span all;
	size_t at; /* where reading goes on */
	bool bad;
};

struct rr {
	struct name owner;
	uint16_t type, class;
	uint32_t ttl;
	size_t data, len; /* where the data is */
};

struct cname {
	struct name owner, target;
	uint32_t ttl;
};

static struct cursor cursor_at(const struct packet *p, size_t at, size_t len)
{
	return CURSOR(span_sub(p->all, at, len));
}

static bool is_odd(char c)
{
	return (unsigned char)c <= ' ' || (unsigned char)c >= 0x7f || c == '.' || c == '\\';
}

static bool add_label(struct name *n, struct span label)
{
	if (n->len + (n->len != 0) + label.len > DNS_NAME_MAX)
		return false;
	if (n->len != 0)
		n->text[n->len++] = '.';
	for (size_t i = 0; i < label.len; i++) {
		n->odd |= is_odd(label.p[i]);
		n->text[n->len++] = ascii_tolower(label.p[i]);
	}
	return true;
}

/* The name at p->at, which moves behind it; compressed names (RFC 1035, 4.1.4) point backwards only, as they should: that is what ends every loop. */
static bool read_name(struct packet *p, struct name *n)
{
	size_t at = p->at, lowest = p->at;
	bool jumped = false;

	n->len = 0;
	n->odd = false;
	for (unsigned pointers = 0; at < p->all.len;) {
		uint8_t len = (uint8_t)p->all.p[at];

		if (len == 0) {
			p->at = jumped ? p->at : at + 1;
			return true;
		}
		if (len <= LABEL_MAX) {
			if (at + 1 + len > p->all.len || !add_label(n, span_sub(p->all, at + 1, len)))
				break;
			at += 1 + (size_t)len;
			continue;
		}
		if (len < 0xc0 || at + 2 > p->all.len || ++pointers > POINTERS_MAX)
			break;
		p->at = jumped ? p->at : at + 2;
		jumped = true;
		at = (size_t)(len & 0x3f) << 8 | (uint8_t)p->all.p[at + 1];
		if (at >= lowest)
			break;
		lowest = at;
	}
	p->bad = true;
	return false;
}

static bool name_is(const struct name *n, struct span text)
{
	return n->len == text.len && memcmp(n->text, text.p, text.len) == 0;
}

static bool same_name(const struct name *a, const struct name *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static bool read_rr(struct packet *p, struct rr *r)
{
	struct cursor c;

	if (!read_name(p, &r->owner))
		return false;
	c = cursor_at(p, p->at, 10);
	r->type = cursor_be16(&c);
	r->class = cursor_be16(&c);
	r->ttl = cursor_be32(&c);
	r->len = cursor_be16(&c);
	r->data = p->at + 10;
	p->bad |= c.bad || r->data + r->len > p->all.len;
	p->at = r->data + r->len;
	if (r->ttl > INT32_MAX)
		r->ttl = 0;
	return !p->bad;
}

/* A name within the data of a record; it must fill the data from "skip" on. */
static bool read_data_name(const struct packet *p, const struct rr *r, size_t skip, struct name *n)
{
	struct packet sub = { p->all, r->data + skip, false };

	return read_name(&sub, n) && sub.at == r->data + r->len;
}

static bool keep(struct dns_reading *out, struct span bytes, struct span *kept_r)
{
	if (bytes.len > sizeof(out->text) - out->used)
		return false;
	if (bytes.len != 0)
		memcpy(out->text + out->used, bytes.p, bytes.len);
	*kept_r = span_make(out->text + out->used, bytes.len);
	out->used += bytes.len;
	return true;
}

/* The strings of a TXT record, joined. */
static bool read_text(const struct packet *p, const struct rr *r, struct dns_reading *out, struct span *text_r)
{
	struct cursor c = cursor_at(p, r->data, r->len);
	size_t begin = out->used;
	struct span piece, kept;

	if (r->len == 0)
		return false;
	while (c.rest.len != 0) {
		if (!cursor_bytes(&c, cursor_u8(&c), &piece) || !keep(out, piece, &kept)) {
			out->used = begin;
			return false;
		}
	}
	*text_r = span_make(out->text + begin, out->used - begin);
	return true;
}

static bool read_address(const struct packet *p, const struct rr *r, struct ip *ip)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *data = (const uint8_t *)p->all.p + r->data;

	if (r->len != (r->type == DNS_A ? 4 : 16))
		return false;
	if (r->type == DNS_A)
		memcpy(ip->b, mapped, sizeof(mapped));
	memcpy(ip->b + 16 - r->len, data, r->len);
	ip->set = true;
	return true;
}

static bool read_target(const struct packet *p, const struct rr *r, struct dns_reading *out, struct dns_record *record)
{
	struct name n;
	struct cursor c = cursor_at(p, r->data, r->len);
	size_t skip = r->type == DNS_MX ? 2 : 0;

	record->preference = skip != 0 ? cursor_be16(&c) : 0;
	return !c.bad && read_data_name(p, r, skip, &n) && !n.odd && keep(out, span_make(n.text, n.len), &record->name);
}

static bool read_record(const struct packet *p, const struct rr *r, struct dns_reading *out, struct dns_record *record)
{
	*record = (struct dns_record){ .preference = 0 };
	switch (r->type) {
	case DNS_A:
	case DNS_AAAA:
		return read_address(p, r, &record->ip);
	case DNS_TXT:
		return read_text(p, r, out, &record->text);
	default:
		return read_target(p, r, out, record);
	}
}

/* The CNAMEs of the answer; further ones than DNS_CNAMES_MAX are not seen, and the chain ends early. */
static bool read_cnames(struct packet p, unsigned count, struct cname *v, size_t *n)
{
	struct rr r;

	for (; count > 0; count--) {
		if (!read_rr(&p, &r))
			return false;
		if (r.type != DNS_CNAME || r.class != CLASS_IN || *n == DNS_CNAMES_MAX || r.owner.odd)
			continue;
		v[*n].owner = r.owner;
		v[*n].ttl = r.ttl;
		if (read_data_name(&p, &r, 0, &v[*n].target) && !v[*n].target.odd)
			(*n)++;
	}
	return true;
}

/* Where the chain that begins at "end" leads; each link is used once, so that loops end. */
static bool walk_chain(struct name *end, struct cname *v, size_t n, uint32_t *ttl)
{
	bool walked = false;

	for (size_t i = 0; i < n; i++) {
		if (!same_name(&v[i].owner, end))
			continue;
		*end = v[i].target;
		*ttl = v[i].ttl < *ttl ? v[i].ttl : *ttl;
		walked = true;
		v[i] = v[--n];
		i = (size_t)-1;
	}
	return walked;
}

static void add_sorted(struct dns_reading *out, const struct dns_record *record, bool mx)
{
	size_t i = out->answer.n++;

	for (; mx && i > 0 && out->records[i - 1].preference > record->preference; i--)
		out->records[i] = out->records[i - 1];
	out->records[i] = *record;
}

static bool read_records(struct packet *p, unsigned count, const struct name *owner, enum dns_type type, struct dns_reading *out)
{
	struct dns_record record;
	struct rr r;

	for (; count > 0; count--) {
		if (!read_rr(p, &r))
			return false;
		if (r.type != type || r.class != CLASS_IN || r.owner.odd || !same_name(&r.owner, owner) || out->answer.n == DNS_RECORDS_MAX)
			continue;
		if (!read_record(p, &r, out, &record))
			continue;
		if (r.ttl < out->answer.ttl)
			out->answer.ttl = r.ttl;
		add_sorted(out, &record, type == DNS_MX);
	}
	return true;
}

/* The time to live of a negative answer: the SOA's own or its last field, whichever is less. */
static bool read_soa(struct packet *p, unsigned count, uint32_t *ttl_r)
{
	struct rr r;
	struct name n;

	for (count = count < DNS_ANSWERS_MAX ? count : DNS_ANSWERS_MAX; count > 0; count--) {
		struct packet data;
		struct cursor c;
		uint32_t minimum;
		struct span skipped;

		if (!read_rr(p, &r))
			return false;
		data = (struct packet){ p->all, r.data, false };
		if (r.type != TYPE_SOA || r.class != CLASS_IN || !read_name(&data, &n) || !read_name(&data, &n) || data.at > r.data + r.len)
			continue;
		c = cursor_at(p, data.at, r.data + r.len - data.at);
		cursor_bytes(&c, 16, &skipped);
		minimum = cursor_be32(&c);
		if (c.bad)
			continue;
		*ttl_r = minimum < r.ttl ? minimum : r.ttl;
		return true;
	}
	return false;
}

static bool read_question(struct packet *p, unsigned count, struct span name, enum dns_type type)
{
	struct name n;
	struct cursor c;

	if (count != 1 || !read_name(p, &n))
		return false;
	c = cursor_at(p, p->at, 4);
	p->at += 4;
	return name_is(&n, name) && cursor_be16(&c) == type && cursor_be16(&c) == CLASS_IN && !c.bad;
}

static enum dns_verdict read_negative(struct packet *p, unsigned authority, bool chained, const struct name *end, struct dns_reading *out)
{
	uint32_t ttl = 0;
	bool soa = read_soa(p, authority, &ttl);

	if (chained && !soa && out->rcode == 0)
		return keep(out, span_make(end->text, end->len), &out->follow) ? DNS_READ_FOLLOW : DNS_READ_MALFORMED;
	out->answer.result = out->rcode == RCODE_NXDOMAIN ? DNS_NXDOMAIN : DNS_NODATA;
	out->answer.ttl = ttl < out->answer.ttl ? ttl : out->answer.ttl;
	return DNS_READ_ANSWER;
}

static enum dns_verdict read_sections(struct packet *p, unsigned answers, unsigned authority, struct span name, enum dns_type type, struct dns_reading *out)
{
	struct cname cnames[DNS_CNAMES_MAX];
	struct name end = { .len = name.len };
	size_t n = 0;
	bool chained = false;

	memcpy(end.text, name.p, name.len);
	if (type != DNS_CNAME && answers != 0) {
		if (!read_cnames(*p, answers, cnames, &n))
			return DNS_READ_MALFORMED;
		chained = walk_chain(&end, cnames, n, &out->answer.ttl);
	}
	if (!read_records(p, answers, &end, type, out))
		return DNS_READ_MALFORMED;
	if (out->answer.n == 0)
		return read_negative(p, authority, chained, &end, out);
	out->answer.result = DNS_FOUND;
	return DNS_READ_ANSWER;
}

enum dns_verdict dns_answer_read(struct span bytes, struct span name, enum dns_type type, struct dns_reading *out)
{
	struct packet p = { bytes, HEADER, false };
	struct cursor c = CURSOR(span_sub(bytes, 2, HEADER - 2));
	unsigned flags = cursor_be16(&c), questions = cursor_be16(&c), answers = cursor_be16(&c), authority = cursor_be16(&c);

	assert(name.len <= DNS_NAME_MAX);
	out->answer = (struct dns_answer){ .v = out->records, .ttl = INT32_MAX };
	out->follow = SPAN_NONE;
	out->used = 0;
	out->rcode = flags & 0xf;
	if (bytes.len < HEADER || (flags & 0x8000) == 0 || (flags & 0x7800) != 0)
		return DNS_READ_MALFORMED;
	/* Servers that cannot read a question need not repeat it. */
	if (out->rcode != 0 && out->rcode != RCODE_NXDOMAIN)
		return DNS_READ_FAILURE;
	if (!read_question(&p, questions, name, type) || answers > DNS_ANSWERS_MAX)
		return DNS_READ_MALFORMED;
	return read_sections(&p, answers, authority, name, type, out);
}
