#include "auth/dkim_signature.h"

#include <idn2.h>
#include <stdlib.h>

#include "auth/base64.h"
#include "auth/tag_list.h"
#include "base/ascii.h"
#include "net/dns.h"

#define SIGNATURE_LEN_MAX (DKIM_RSA_BITS_MAX / 8)

struct reading {
	struct arena *arena;
	const struct tag_list *tags;
	enum signature_kind kind;
	struct dkim_signature *sig;
};

static bool bad(struct reading *r, enum auth_result result, const char *problem)
{
	r->sig->result = result;
	r->sig->problem = problem;
	return false;
}

/* Names. */

static bool is_label_byte(char c)
{
	return ascii_isalnum(c) || c == '-' || c == '_';
}

/* Labels of letters, digits, hyphens and underscores, separated by single dots. */
static bool is_domain(struct span s)
{
	size_t label = 0;

	if (s.len == 0 || s.len > DNS_NAME_MAX)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '.') {
			if (label == 0)
				return false;
			label = 0;
		} else if (!is_label_byte(s.p[i]) || ++label > 63) {
			return false;
		}
	}
	return label != 0;
}

static struct span lower(struct arena *arena, struct span s)
{
	char *p = arena_bytes(arena, s.len + 1);

	for (size_t i = 0; i < s.len; i++)
		p[i] = ascii_tolower(s.p[i]);
	return span_make(p, s.len);
}

struct span dkim_domain_ascii(struct arena *arena, struct span s)
{
	bool ascii = true;
	char *out = NULL;
	struct span name = SPAN_NONE;

	for (size_t i = 0; i < s.len; i++)
		ascii = ascii && (s.p[i] & 0x80) == 0;
	if (ascii)
		return is_domain(s) ? lower(arena, s) : SPAN_NONE;
	if (s.len <= (size_t)DNS_NAME_MAX * 4 && idn2_to_ascii_8z(arena_str(arena, s), &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK)
		name = arena_copy(arena, span_of(out));
	idn2_free(out);
	return is_domain(name) ? name : SPAN_NONE;
}

/* Tags. */

static bool read_algorithm(struct reading *r)
{
	struct span a = tag_list_value(r->tags, "a");

	if (span_case_eq(a, SPAN_LIT("rsa-sha256"))) {
		r->sig->algorithm = "rsa-sha256";
	} else if (span_case_eq(a, SPAN_LIT("ed25519-sha256"))) {
		r->sig->algorithm = "ed25519-sha256";
		r->sig->key_type = DKIM_ED25519;
	} else if (span_case_eq(a, SPAN_LIT("rsa-sha1"))) {
		r->sig->algorithm = "rsa-sha1";
		return bad(r, AUTH_POLICY, "rsa-sha1 is not acceptable (RFC 8301)");
	} else {
		return bad(r, AUTH_PERMERROR, a.len == 0 ? "a= is missing" : "a= is unknown");
	}
	return true;
}

static bool read_canon(struct span word, enum canon *canon_r)
{
	*canon_r = span_case_eq(word, SPAN_LIT("relaxed")) ? CANON_RELAXED : CANON_SIMPLE;
	return *canon_r == CANON_RELAXED || span_case_eq(word, SPAN_LIT("simple"));
}

static bool read_canons(struct reading *r)
{
	const struct tag *c = tag_list_find(r->tags, "c");
	struct span rest, header;

	/* Without c= ARC's signers and verifiers take relaxed, whatever RFC 8617 leaves to RFC 6376. */
	r->sig->header = r->sig->body = r->kind == SIGNATURE_DKIM ? CANON_SIMPLE : CANON_RELAXED;
	if (c == NULL || r->kind == SIGNATURE_ARC_SEAL)
		return true;
	rest = c->value;
	header = span_split(&rest, '/');
	r->sig->body = CANON_SIMPLE;
	if (!read_canon(header, &r->sig->header) || (rest.p != NULL && !read_canon(rest, &r->sig->body)))
		return bad(r, AUTH_NEUTRAL, "c= is unknown");
	return true;
}

static bool read_domain(struct reading *r)
{
	struct dkim_signature *sig = r->sig;
	struct span d = tag_list_value(r->tags, "d"), s = tag_list_value(r->tags, "s");

	if (d.len == 0 || s.len == 0)
		return bad(r, AUTH_PERMERROR, d.len == 0 ? "d= is missing" : "s= is missing");
	sig->domain = dkim_domain_ascii(r->arena, d);
	sig->selector = dkim_domain_ascii(r->arena, s);
	if (sig->domain.len == 0 || sig->selector.len == 0)
		return bad(r, AUTH_NEUTRAL, sig->domain.len == 0 ? "d= is no domain" : "s= is no selector");
	return true;
}

static bool read_identity(struct reading *r)
{
	struct dkim_signature *sig = r->sig;
	struct span i = tag_list_value(r->tags, "i"), domain;
	size_t at = span_rchr(i, '@');

	if (i.len == 0) {
		sig->identity = arena_printf(r->arena, "@%.*s", SPAN_ARG(sig->domain));
		return true;
	}
	if (at == SPAN_NPOS)
		return bad(r, AUTH_NEUTRAL, "i= has no domain");
	sig->identity = i;
	domain = dkim_domain_ascii(r->arena, span_from(i, at + 1));
	if (span_eq(domain, sig->domain))
		return true;
	sig->subdomain = span_ends(domain, sig->domain) && domain.p[domain.len - sig->domain.len - 1] == '.';
	return sig->subdomain || bad(r, AUTH_PERMERROR, "i= is not of d=");
}

static bool read_time(struct reading *r, const char *name, uint64_t *time_r)
{
	const struct tag *t = tag_list_find(r->tags, name);

	if (t == NULL)
		return true;
	return (t->value.len <= 12 && span_uint(t->value, 999999999999, time_r)) || bad(r, AUTH_NEUTRAL, "t= or x= is no time");
}

static bool read_times(struct reading *r)
{
	if (!read_time(r, "t", &r->sig->created) || !read_time(r, "x", &r->sig->expires))
		return false;
	if (r->sig->expires != 0 && r->sig->created != 0 && r->sig->expires < r->sig->created)
		return bad(r, AUTH_NEUTRAL, "x= is before t=");
	return true;
}

static bool read_limit(struct reading *r)
{
	const struct tag *l = tag_list_find(r->tags, "l");

	if (l == NULL)
		return true;
	return (l->value.len <= 76 && span_uint(l->value, CANON_NO_LIMIT - 1, &r->sig->limit)) || bad(r, AUTH_NEUTRAL, "l= is no number");
}

static bool read_headers(struct reading *r)
{
	const struct tag *h = tag_list_find(r->tags, "h");
	size_t n = 1;

	if (h == NULL || (h->value.len == 0 && r->kind == SIGNATURE_DKIM))
		return bad(r, AUTH_PERMERROR, "h= is missing");
	for (size_t i = 0; i < h->value.len; i++)
		n += h->value.p[i] == ':';
	if (n > SIGNATURE_ITEMS_MAX)
		return bad(r, AUTH_PERMERROR, "h= is too long");
	r->sig->headers = h->value;
	if (r->kind == SIGNATURE_DKIM && !tag_items_have(h->value, SPAN_LIT("From")))
		return bad(r, AUTH_PERMERROR, "From is not signed");
	if (r->kind == SIGNATURE_ARC_MESSAGE && tag_items_have(h->value, SPAN_LIT("ARC-Seal")))
		return bad(r, AUTH_PERMERROR, "h= names ARC-Seal");
	return true;
}

static bool read_body_hash(struct reading *r)
{
	struct span bh = tag_list_value(r->tags, "bh");

	if (bh.len == 0)
		return bad(r, AUTH_PERMERROR, "bh= is missing");
	if (!base64_decode(r->arena, bh, 64, &r->sig->hash))
		return bad(r, AUTH_NEUTRAL, "bh= is no base64");
	return true;
}

static bool read_bytes(struct reading *r)
{
	const struct tag *b = tag_list_find(r->tags, "b");

	if (b == NULL || b->value.len == 0)
		return bad(r, AUTH_PERMERROR, "b= is missing");
	r->sig->b_raw = b->raw;
	if (!base64_decode(r->arena, b->value, SIGNATURE_LEN_MAX, &r->sig->bytes))
		return bad(r, AUTH_NEUTRAL, "b= is no base64");
	return true;
}

static bool read_dkim(struct reading *r)
{
	const struct tag *v = tag_list_find(r->tags, "v"), *q = tag_list_find(r->tags, "q");

	if (v == NULL || !span_eq(v->value, SPAN_LIT("1")))
		return bad(r, AUTH_PERMERROR, v == NULL ? "v= is missing" : "v= is unknown");
	if (q != NULL && !tag_items_have(q->value, SPAN_LIT("dns/txt")) && !tag_items_have(q->value, SPAN_LIT("dns")))
		return bad(r, AUTH_PERMERROR, "q= is unknown");
	return read_identity(r);
}

static void read_instance(struct reading *r)
{
	uint64_t i;

	if (span_uint(tag_list_value(r->tags, "i"), 9999, &i))
		r->sig->instance = (unsigned)i;
}

static bool read_seal(struct reading *r)
{
	r->sig->cv = tag_list_value(r->tags, "cv");
	if (tag_list_find(r->tags, "h") != NULL)
		return bad(r, AUTH_PERMERROR, "an ARC-Seal has no h=");
	return true;
}

/* The first problem is told; names are read first, so that they can be told with it. */
static bool read_all(struct reading *r)
{
	if (r->kind != SIGNATURE_DKIM)
		read_instance(r);
	if (!read_domain(r) || !read_algorithm(r) || !read_bytes(r) || !read_canons(r) || !read_times(r))
		return false;
	if (r->kind == SIGNATURE_ARC_SEAL)
		return read_seal(r);
	if (r->kind == SIGNATURE_DKIM && !read_dkim(r))
		return false;
	return read_headers(r) && read_body_hash(r) && read_limit(r);
}

void dkim_signature_read(struct arena *arena, struct span value, enum signature_kind kind, struct dkim_signature *sig_r)
{
	struct tag_list tags;
	struct reading r = { .arena = arena, .tags = &tags, .kind = kind, .sig = sig_r };

	*sig_r = (struct dkim_signature){ .result = AUTH_PASS, .limit = CANON_NO_LIMIT };
	if (!tag_list_parse(value, &tags))
		bad(&r, AUTH_NEUTRAL, "bad syntax");
	else
		(void)read_all(&r);
}

struct span dkim_signature_key_name(struct arena *arena, const struct dkim_signature *sig)
{
	struct span name = arena_printf(arena, "%.*s._domainkey.%.*s", SPAN_ARG(sig->selector), SPAN_ARG(sig->domain));

	return name.len <= DNS_NAME_MAX ? name : SPAN_NONE;
}

bool dkim_signature_body(struct signed_message *m, const struct dkim_signature *sig, enum auth_result *result_r, const char **problem_r)
{
	const struct body_hash *h = signed_message_body(m, sig->body, sig->limit);

	*result_r = AUTH_FAIL;
	if (h == NULL) {
		*result_r = AUTH_NEUTRAL;
		*problem_r = m->cut ? "the message was cut: its body cannot be checked" : "too many body length limits";
	} else if (sig->limit != CANON_NO_LIMIT && sig->limit > h->total) {
		*problem_r = "the body is shorter than l=";
	} else if (!span_eq(sig->hash, span_make((const char *)h->hash, DKIM_HASH_LEN))) {
		*problem_r = "the body hash does not match";
	} else {
		return true;
	}
	return false;
}

void dkim_signature_hash(struct signed_message *m, const struct dkim_signature *sig, const struct signed_field *field, unsigned char hash_r[static DKIM_HASH_LEN])
{
	struct canon_sink *sink = dkim_hash_begin(m->crypto);
	struct span names = sig->headers;

	signed_message_select(m);
	while (names.p != NULL) {
		int32_t at = signed_message_take(m, span_trim(span_split(&names, ':')));

		if (at >= 0)
			canon_field(sink, m->fields[at].all, SPAN_NONE, sig->header, true);
	}
	canon_field(sink, field->all, sig->b_raw, sig->header, false);
	dkim_hash_end(m->crypto, hash_r);
}

const char *dkim_signature_key(const struct dkim_signature *sig, const struct dkim_key *key, unsigned min_bits, enum auth_result *result_r)
{
	*result_r = AUTH_PERMERROR;
	if (key->problem != NULL)
		return key->problem;
	if (key->type != sig->key_type)
		return "the key is of another kind than a=";
	if (key->strict && sig->subdomain)
		return "the key does not allow subdomains in i=";
	*result_r = AUTH_POLICY;
	return key->type == DKIM_RSA && key->bits < min_bits ? "the key is too short" : NULL;
}
