#include "auth/dkim_signer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "auth/dkim_signature.h"
#include "base/map.h"
#include "io/log.h"

#define MAP_BYTES_MAX (16 << 20)

struct dkim_signer {
	struct arena *arena;
	const struct dkim_sign_settings *set;
	const struct arc_seal_settings *seal_set;
	struct dkim_crypto *crypto;
	struct map domains; /* struct sign_key, by domain */
	struct map files;   /* struct sign_key, by path: each file is read once */
	struct sign_key *any;
	struct sign_key *seal;
};

/* Settings. */

#define F(field) offsetof(struct dkim_sign_settings, field)
static const char *const canon_words[] = { "relaxed", "relaxed/simple", "simple", NULL };
static const struct setting sign_rows[] = {
	{ "map", SET_STRING, F(map), "\"\"", 0, 0, NULL, 0,
	  "File with a line \"DOMAIN SELECTOR KEYFILE\" for each key, beside the dkim_key blocks; \"*\" is every domain that has none; read when the configuration is." },
	{ "parent_domains", SET_BOOL, F(parent_domains), "false", 0, 0, NULL, 0,
	  "Sign for a domain without a key of its own with the key of its nearest parent domain, up to the registered domain." },
	{ "canonicalization", SET_ENUM, F(canon), "\"relaxed\"", 0, 0, canon_words, 0, "Header and body: \"relaxed\" (both), \"relaxed/simple\" or \"simple\" (both)." },
	{ "valid", SET_DURATION, F(valid_us), "\"0s\"", 0, 31536000000000, NULL, 0, "How long signatures are valid (x=); 0: without end." },
	{ "oversign", SET_STRINGS, F(oversign), "{ \"From\", \"Reply-To\", \"Subject\", \"To\", \"Cc\" }", 0, 0, NULL, 0,
	  "Header fields signed once more than they are there, also when they are missing: none can be added later." },
	{ "headers", SET_STRINGS, F(headers), "{ \"Date\", \"Message-ID\", \"Sender\", \"MIME-Version\", \"Content-Type\", \"Content-Transfer-Encoding\", \"In-Reply-To\", \"References\" }", 0, 0,
	  NULL, 0, "Header fields signed where they are there, and then once more." },
	{ "also", SET_STRINGS, F(also), "{ \"Resent-Date\", \"Resent-From\", \"Resent-To\", \"Resent-Cc\", \"Resent-Message-ID\", \"List-Id\", \"List-Help\", \"List-Unsubscribe\", "
	  "\"List-Unsubscribe-Post\", \"List-Subscribe\", \"List-Post\", \"List-Owner\", \"List-Archive\" }", 0, 0, NULL, 0, "Header fields signed where they are there." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static bool signs_from(const struct span_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		if (span_case_eq(list->v[i], SPAN_LIT("From")))
			return true;
	}
	return false;
}

static bool are_names(const struct span_list *list, struct err *err_r)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->v[i].len == 0 || list->v[i].len > 60 || span_chr(list->v[i], ':') != SPAN_NPOS || span_chr(list->v[i], ' ') != SPAN_NPOS || span_chr(list->v[i], ';') != SPAN_NPOS)
			return err_set(err_r, "'%.*s' is no name of a header field", SPAN_ARG(list->v[i]));
	}
	return list->n <= 100 || err_set(err_r, "more than 100 header fields");
}

static bool check_sign(const void *values, struct err *err_r)
{
	const struct dkim_sign_settings *set = values;

	if (!signs_from(&set->oversign) && !signs_from(&set->headers) && !signs_from(&set->also))
		return err_set(err_r, "From must be signed (RFC 6376, 5.4)");
	return are_names(&set->oversign, err_r) && are_names(&set->headers, err_r) && are_names(&set->also, err_r);
}

const struct setting_set dkim_sign_setting_set = {
	.name = "dkim_sign", .kind = SET_ONE, .doc = "Signing mail of our own users. Keys stand in dkim_key blocks and in the map.", .size = sizeof(struct dkim_sign_settings), .rows = sign_rows,
	.check = check_sign,
};

#define F(field) offsetof(struct dkim_key_settings, field)
static const struct setting key_rows[] = {
	{ "selector", SET_STRING, F(selector), "\"\"", 0, 0, NULL, 0, "The selector (s=) under which the key is published: SELECTOR._domainkey.DOMAIN." },
	{ "file", SET_STRING, F(file), "\"\"", 0, 0, NULL, 0, "The private key, PEM; \"winnow dkim keygen\" makes one." },
	{ "domains", SET_STRINGS, F(domains), "{}", 0, 0, NULL, 0, "Domains of authors that it signs for; {}: the block's name; \"*\": all that have no key." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

const struct setting_set dkim_key_setting_set = {
	.name = "dkim_key", .kind = SET_NAMED, .doc = "A key that signs mail of our own users; several of one domain all sign.", .size = sizeof(struct dkim_key_settings), .rows = key_rows,
};

#define F(field) offsetof(struct arc_seal_settings, field)
static const struct setting seal_rows[] = {
	{ "enabled", SET_BOOL, F(enabled), "false", 0, 0, NULL, 0, "Seal accepted mail from outside (ARC, RFC 8617), so that those to whom it is forwarded see what was found here." },
	{ "domain", SET_STRING, F(domain), "\"\"", 0, 0, NULL, 0, "The domain that seals (d=)." },
	{ "selector", SET_STRING, F(selector), "\"\"", 0, 0, NULL, 0, "The selector under which the key is published." },
	{ "file", SET_STRING, F(file), "\"\"", 0, 0, NULL, 0, "The private key, PEM." },
	{ "authserv_id", SET_STRING, F(authserv_id), "\"\"", 0, 0, NULL, 0, "The name of this host in ARC-Authentication-Results; empty: the domain." },
	{ "domains", SET_STRINGS, F(domains), "{}", 0, 0, NULL, 0, "Domains of recipients whose mail is sealed; {}: all." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static bool check_seal(const void *values, struct err *err_r)
{
	const struct arc_seal_settings *set = values;

	if (set->enabled && (set->domain.len == 0 || set->selector.len == 0 || set->file.len == 0))
		return err_set(err_r, "sealing needs domain, selector and file");
	return true;
}

const struct setting_set arc_seal_setting_set = {
	.name = "arc_seal", .kind = SET_ONE, .doc = "Sealing mail that is forwarded.", .size = sizeof(struct arc_seal_settings), .rows = seal_rows, .check = check_seal,
};

/* Keys. */

static void clear_key(void *key)
{
	sign_key_clear(key);
}

static struct sign_key *load_file(struct dkim_signer *s, struct span file, struct err *err_r)
{
	struct sign_key *key = map_get(&s->files, file);
	const char *path = arena_str(s->arena, file);
	bool readable = false;

	if (key != NULL)
		return key;
	key = ARENA_NEW(s->arena, struct sign_key);
	arena_cleanup(s->arena, clear_key, key);
	if (!sign_key_load(key, path, &readable, err_r))
		return NULL;
	if (readable)
		log_warn("everybody on this machine may read the private key '%s'", path);
	map_put(&s->files, span_of(path), key);
	return key;
}

static struct sign_key *make_key(struct dkim_signer *s, struct span domain, struct span selector, struct span file, struct err *err_r)
{
	bool any = span_eq(domain, SPAN_LIT("*"));
	struct sign_key *loaded, *key;

	if (file.len == 0 || dkim_domain_ascii(s->arena, selector).len == 0) {
		err_set(err_r, file.len == 0 ? "file is missing" : "selector '%.*s' is missing or no selector", SPAN_ARG(selector));
		return NULL;
	}
	if (!any && dkim_domain_ascii(s->arena, domain).len == 0) {
		err_set(err_r, "'%.*s' is no domain", SPAN_ARG(domain));
		return NULL;
	}
	loaded = load_file(s, file, err_r);
	if (loaded == NULL)
		return NULL;
	key = ARENA_NEW(s->arena, struct sign_key);
	*key = *loaded;
	key->next = NULL;
	key->domain = any ? domain : dkim_domain_ascii(s->arena, domain);
	key->selector = dkim_domain_ascii(s->arena, selector);
	return key;
}

static bool add_key(struct dkim_signer *s, struct span domain, struct span selector, struct span file, struct err *err_r)
{
	struct sign_key *key = make_key(s, domain, selector, file, err_r), *first, **at;

	if (key == NULL)
		return false;
	if (span_eq(domain, SPAN_LIT("*"))) {
		at = &s->any;
	} else {
		first = map_get(&s->domains, key->domain);
		if (first == NULL)
			map_put(&s->domains, key->domain, key);
		at = first != NULL ? &first->next : NULL;
	}
	while (at != NULL && *at != NULL)
		at = &(*at)->next;
	if (at != NULL)
		*at = key;
	return true;
}

struct adding {
	struct dkim_signer *signer;
	const struct conf *conf;
	struct err *err_r;
	bool ok;
};

static void add_block(void *ctx, struct span name, const void *values)
{
	const struct dkim_key_settings *set = values;
	struct adding *a = ctx;
	char where[sizeof(a->err_r->text)];

	if (!a->ok)
		return;
	if (set->domains.n == 0)
		a->ok = add_key(a->signer, name, set->selector, set->file, a->err_r);
	for (size_t i = 0; a->ok && i < set->domains.n; i++)
		a->ok = add_key(a->signer, set->domains.v[i], set->selector, set->file, a->err_r);
	if (a->ok)
		return;
	conf_where(a->conf, &dkim_key_setting_set, SPAN_NONE, name, where, sizeof(where));
	err_prefix(a->err_r, "%s: dkim_key \"%.*s\"", where, SPAN_ARG(name));
}

static bool read_map(struct dkim_signer *s, const char *path, struct span *text_r, struct err *err_r)
{
	FILE *f = fopen(path, "re");
	struct buf b = BUF_INIT(s->arena);
	size_t n = 1;

	if (f == NULL)
		return err_set(err_r, "dkim_sign.map '%s': %s", path, strerror(errno));
	b.max = MAP_BYTES_MAX;
	while (n != 0 && !b.full) {
		char block[4096];

		n = fread(block, 1, sizeof(block), f);
		buf_add(&b, span_make(block, n));
	}
	fclose(f);
	*text_r = buf_span(&b);
	return !b.full || err_set(err_r, "dkim_sign.map '%s' is larger than %d bytes", path, MAP_BYTES_MAX);
}

static struct span take_word(struct span *line)
{
	struct span s = span_trim(*line);
	size_t n = 0;

	while (n < s.len && s.p[n] != ' ' && s.p[n] != '\t')
		n++;
	*line = span_from(s, n);
	return span_sub(s, 0, n);
}

static bool add_map(struct dkim_signer *s, struct err *err_r)
{
	const char *path = arena_str(s->arena, s->set->map);
	struct span text = SPAN_NONE;
	unsigned number = 0;

	if (s->set->map.len == 0)
		return true;
	if (!read_map(s, path, &text, err_r))
		return false;
	while (text.p != NULL) {
		struct span line = span_trim(span_split(&text, '\n')), domain, selector, file;

		number++;
		if (line.len == 0 || line.p[0] == '#')
			continue;
		domain = take_word(&line);
		selector = take_word(&line);
		file = span_trim(line);
		if (!add_key(s, domain, selector, file, err_r))
			return err_prefix(err_r, "%s:%u", path, number);
	}
	return true;
}

static bool load(struct dkim_signer *s, const struct conf *conf, struct err *err_r)
{
	struct adding a = { s, conf, err_r, true };

	conf_each(conf, &dkim_key_setting_set, add_block, &a);
	if (!a.ok || !add_map(s, err_r))
		return false;
	if (!s->seal_set->enabled)
		return true;
	s->seal = make_key(s, s->seal_set->domain, s->seal_set->selector, s->seal_set->file, err_r);
	return s->seal != NULL || err_prefix(err_r, "arc_seal");
}

struct dkim_signer *dkim_signer_new(const struct conf *conf, struct err *err_r)
{
	struct arena *arena = arena_new(0);
	struct dkim_signer *s = ARENA_NEW(arena, struct dkim_signer);

	s->arena = arena;
	s->set = conf_get(conf, &dkim_sign_setting_set);
	s->seal_set = conf_get(conf, &arc_seal_setting_set);
	s->crypto = dkim_crypto_new();
	map_init(&s->domains, arena, true);
	map_init(&s->files, arena, false);
	if (!load(s, conf, err_r))
		dkim_signer_free(&s);
	return s;
}

void dkim_signer_free(struct dkim_signer **signer_r)
{
	struct dkim_signer *s = *signer_r;
	struct arena *arena;

	*signer_r = NULL;
	if (s == NULL)
		return;
	arena = s->arena;
	dkim_crypto_free(&s->crypto);
	arena_free(&arena);
}

/* Looking up. */

const struct dkim_sign_settings *dkim_signer_settings(const struct dkim_signer *s)
{
	return s->set;
}

const struct arc_seal_settings *dkim_signer_seal_settings(const struct dkim_signer *s)
{
	return s->seal_set;
}

struct dkim_crypto *dkim_signer_crypto(const struct dkim_signer *s)
{
	return s->crypto;
}

bool dkim_signer_signs(const struct dkim_signer *s)
{
	return s->domains.n != 0 || s->any != NULL;
}

const struct sign_key *dkim_signer_keys(const struct dkim_signer *s, struct span domain, struct span registered)
{
	const struct sign_key *key = map_get(&s->domains, domain);

	if (key != NULL)
		return key;
	while (s->set->parent_domains && domain.len > registered.len && span_ends(domain, registered)) {
		(void)span_split(&domain, '.');
		key = map_get(&s->domains, domain);
		if (key != NULL)
			return key;
	}
	return s->any;
}

const struct sign_key *dkim_signer_seal_key(const struct dkim_signer *s)
{
	return s->seal;
}
