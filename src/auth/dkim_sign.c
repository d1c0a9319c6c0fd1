#include "auth/dkim_sign.h"

#include <inttypes.h>

#include "auth/base64.h"
#include "auth/tag_list.h"
#include "mail/header.h"

#define WIDTH 72
#define INSTANCES_MAX 20 /* of one field name that are signed */
#define TEXT_MAX 65536

/* Folding: items behind one another, a new line where the next one would go beyond the width. */
struct folded {
	struct buf b;
	size_t line; /* where the current line begins: the first one before the text, at the name of the field */
};

static struct folded folded_begin(struct arena *arena, enum header_id id)
{
	struct folded f = { .b = BUF_INIT(arena), .line = 0 - (strlen(header_name(id)) + 2) };

	f.b.max = TEXT_MAX;
	return f;
}

static void fold(struct folded *f)
{
	buf_str(&f->b, "\n\t");
	f->line = f->b.len;
}

static void add_item(struct folded *f, struct span item)
{
	if (f->b.len - f->line + item.len > WIDTH)
		fold(f);
	else if (f->b.len != 0 && f->b.len != f->line)
		buf_char(&f->b, ' ');
	buf_add(&f->b, item);
}

static void add_base64(struct folded *f, struct arena *arena, const char *tag, struct span bytes)
{
	struct buf digits = BUF_INIT(arena);
	struct span rest;

	base64_add(&digits, bytes);
	rest = buf_span(&digits);
	fold(f);
	buf_str(&f->b, tag);
	while (rest.len != 0) {
		size_t room = WIDTH - (f->b.len - f->line);

		buf_add(&f->b, span_sub(rest, 0, room));
		rest = span_from(rest, room);
		if (rest.len != 0)
			fold(f);
	}
}

/* Names of signed fields. */

struct names {
	struct signed_message *message;
	struct folded *out;
	struct map seen;
	bool first;
};

static void add_name(struct names *n, struct span name)
{
	if (!n->first)
		buf_char(&n->out->b, ':');
	if (n->out->b.len - n->out->line + name.len + 1 > WIDTH)
		fold(n->out);
	buf_add(&n->out->b, name);
	n->first = false;
}

enum extra { EXTRA_NEVER, EXTRA_PRESENT, EXTRA_ALWAYS };

static void add_names(struct names *n, const struct span_list *list, enum extra extra)
{
	for (size_t i = 0; i < list->n; i++) {
		size_t count = 0;

		if (map_get(&n->seen, list->v[i]) != NULL)
			continue;
		map_put(&n->seen, list->v[i], n);
		for (int32_t at = signed_message_last(n->message, list->v[i]); at >= 0 && count < INSTANCES_MAX; at = n->message->fields[at].above)
			count++;
		count += extra == EXTRA_ALWAYS || (extra == EXTRA_PRESENT && count != 0);
		for (; count != 0; count--)
			add_name(n, list->v[i]);
	}
}

/* "h=...;"; *at_r: where the list stands, *len_r: how long it is. */
static void add_headers(struct folded *f, struct signed_message *m, const struct dkim_sign_settings *set, bool arc, size_t *at_r, size_t *len_r)
{
	const struct span dkim_signature[] = { SPAN_LIT("DKIM-Signature") };
	const struct span_list signatures = { dkim_signature, 1 };
	struct names n = { .message = m, .out = f, .first = true };

	map_init(&n.seen, m->arena, true);
	fold(f);
	buf_str(&f->b, "h=");
	*at_r = f->b.len;
	add_names(&n, &set->oversign, EXTRA_ALWAYS);
	add_names(&n, &set->headers, EXTRA_PRESENT);
	add_names(&n, &set->also, EXTRA_NEVER);
	if (arc)
		add_names(&n, &signatures, EXTRA_NEVER);
	*len_r = f->b.len - *at_r;
	buf_char(&f->b, ';');
}

/* What all three kinds begin with. */

static const char *algorithm_of(const struct sign_key *key)
{
	return key->type == DKIM_RSA ? "a=rsa-sha256;" : "a=ed25519-sha256;";
}

static void add_common(struct folded *f, struct arena *arena, const struct sign_key *key, struct span domain, int64_t now)
{
	add_item(f, span_of(algorithm_of(key)));
	add_item(f, arena_printf(arena, "d=%.*s;", SPAN_ARG(domain)));
	add_item(f, arena_printf(arena, "s=%.*s;", SPAN_ARG(key->selector)));
	add_item(f, arena_printf(arena, "t=%" PRId64 ";", now));
}

static void canons_of(const struct dkim_sign_settings *set, enum canon *header_r, enum canon *body_r)
{
	*header_r = set->canon == DKIM_SIGN_SIMPLE ? CANON_SIMPLE : CANON_RELAXED;
	*body_r = set->canon == DKIM_SIGN_RELAXED ? CANON_RELAXED : CANON_SIMPLE;
}

static const char *canon_text(const struct dkim_sign_settings *set)
{
	static const char *const texts[] = { "c=relaxed/relaxed;", "c=relaxed/simple;", "c=simple/simple;" };

	return texts[set->canon];
}

/* The digits behind "b=", with which the text ends. */
static bool add_signature(struct folded *f, struct arena *arena, const struct sign_key *key, const unsigned char hash[static DKIM_HASH_LEN])
{
	struct span bytes = sign_key_sign(key, arena, hash);

	f->b.len -= strlen("\n\tb=");
	add_base64(f, arena, "b=", bytes);
	return bytes.len != 0 && !f->b.full;
}

/* h=, bh= and b= of a signature over header and body: finishes the value. False: the body is not known, or the key failed. */
static bool finish(struct folded *f, struct signed_message *m, const struct dkim_sign_settings *set, const struct sign_key *key, enum header_id id)
{
	struct dkim_signature sig = { .limit = CANON_NO_LIMIT };
	const struct body_hash *body;
	unsigned char hash[DKIM_HASH_LEN];
	struct signed_field field = { .all = SPAN_NONE };
	size_t at, len;

	canons_of(set, &sig.header, &sig.body);
	body = signed_message_body(m, sig.body, CANON_NO_LIMIT);
	if (body == NULL || m->too_long)
		return false;
	add_headers(f, m, set, id != HDR_DKIM_SIGNATURE, &at, &len);
	add_base64(f, m->arena, "bh=", span_make((const char *)body->hash, DKIM_HASH_LEN));
	buf_str(&f->b, ";\n\tb=");
	if (f->b.full)
		return false;
	field.all = arena_printf(m->arena, "%s: %.*s", header_name(id), SPAN_ARG(buf_span(&f->b)));
	sig.headers = span_make(f->b.p + at, len);
	dkim_signature_hash(m, &sig, &field, hash);
	return add_signature(f, m->arena, key, hash);
}

struct span dkim_sign(struct signed_message *m, const struct dkim_sign_settings *set, const struct sign_key *key, struct span domain, int64_t now)
{
	struct folded f = folded_begin(m->arena, HDR_DKIM_SIGNATURE);

	add_item(&f, SPAN_LIT("v=1;"));
	add_common(&f, m->arena, key, domain, now);
	if (set->valid_us != 0)
		add_item(&f, arena_printf(m->arena, "x=%" PRId64 ";", now + set->valid_us / 1000000));
	add_item(&f, span_of(canon_text(set)));
	return finish(&f, m, set, key, HDR_DKIM_SIGNATURE) ? buf_span(&f.b) : SPAN_NONE;
}

/* ARC. */

static void append(struct signed_message *m, enum header_id id, struct span value)
{
	signed_message_append(m, arena_printf(m->arena, "%s: %.*s", header_name(id), SPAN_ARG(value)));
}

static bool make_signature(struct signed_message *m, const struct dkim_sign_settings *set, const struct sign_key *key, size_t i, int64_t now, struct span *value_r)
{
	struct folded f = folded_begin(m->arena, HDR_ARC_MESSAGE_SIGNATURE);

	add_item(&f, arena_printf(m->arena, "i=%zu;", i));
	add_common(&f, m->arena, key, key->domain, now);
	add_item(&f, span_of(canon_text(set)));
	if (!finish(&f, m, set, key, HDR_ARC_MESSAGE_SIGNATURE))
		return false;
	*value_r = buf_span(&f.b);
	return true;
}

/* The chain ends with the new set, whose seal has no signature yet. */
static bool make_seal(struct signed_message *m, const struct sign_key *key, const struct arc_chain *chain, const char *cv, int64_t now, struct span *value_r)
{
	struct folded f = folded_begin(m->arena, HDR_ARC_SEAL);
	struct arc_chain all = *chain;
	unsigned char hash[DKIM_HASH_LEN];

	add_item(&f, arena_printf(m->arena, "i=%zu;", chain->n));
	add_common(&f, m->arena, key, key->domain, now);
	add_item(&f, arena_printf(m->arena, "cv=%s;", cv));
	buf_str(&f.b, "\n\tb=");
	append(m, HDR_ARC_SEAL, buf_span(&f.b));
	all.sets[all.n - 1].seal = (int32_t)m->nfields - 1;
	/* A chain that failed is sealed without what stands below (RFC 8617, 5.1.2): it may be anything. */
	arc_seal_hash(m, &all, all.n, span_eq(span_of(cv), SPAN_LIT("fail")), SPAN_NONE, hash);
	*value_r = SPAN_NONE;
	if (!add_signature(&f, m->arena, key, hash))
		return false;
	*value_r = buf_span(&f.b);
	return true;
}

/* Whether the newest seal says already that the chain has failed: then nothing is added (RFC 8617, 5.1). */
static bool sealed_as_failed(const struct signed_message *m, const struct arc_chain *chain)
{
	struct tag_list tags;
	int32_t at = chain->n != 0 ? chain->sets[chain->n - 1].seal : -1;

	return at >= 0 && tag_list_parse(m->fields[at].value, &tags) && span_case_eq(tag_list_value(&tags, "cv"), SPAN_LIT("fail"));
}

bool arc_seal(struct signed_message *m, const struct dkim_sign_settings *set, const struct sign_key *key, const struct arc_result *verified, struct span results, int64_t now, struct arc_fields *fields_r)
{
	struct arc_chain chain;
	const char *cv = verified->result == AUTH_NONE ? "none" : verified->result == AUTH_PASS ? "pass" : "fail";

	arc_chain_find(m, ARC_SETS_MAX, &chain);
	if (chain.n == ARC_SETS_MAX || verified->result == AUTH_TEMPERROR || sealed_as_failed(m, &chain) || (chain.n == 0) != (verified->result == AUTH_NONE))
		return false;
	chain.n++;
	if (!make_signature(m, set, key, chain.n, now, &fields_r->signature))
		return false;
	fields_r->results = arena_printf(m->arena, "i=%zu; %.*s", chain.n, SPAN_ARG(results));
	append(m, HDR_ARC_AUTHENTICATION_RESULTS, fields_r->results);
	chain.sets[chain.n - 1].results = (int32_t)m->nfields - 1;
	append(m, HDR_ARC_MESSAGE_SIGNATURE, fields_r->signature);
	chain.sets[chain.n - 1].signature = (int32_t)m->nfields - 1;
	return make_seal(m, key, &chain, cv, now, &fields_r->seal);
}
