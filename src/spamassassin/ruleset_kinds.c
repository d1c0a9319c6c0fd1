/* mimeheader and uri_detail rules. */
#include "base/array.h"
#include "base/buf.h"
#include "spamassassin/ruleset_private.h"

/* "ALL": every field as get_all_headers gives it. */
static struct span all_fields(struct sa_run *run, const struct sa_part *part, bool raw)
{
	struct buf b = BUF_INIT(run->arena);

	for (size_t i = 0; i < part->nfields; i++) {
		struct sa_field *f = &part->fields[i];

		buf_add(&b, f->name);
		buf_str(&b, ": ");
		buf_add(&b, raw ? f->raw : sa_field_value(run->view, f));
		if (b.len != 0 && b.p[b.len - 1] != '\n')
			buf_char(&b, '\n');
	}
	return b.len != 0 ? buf_span(&b) : SPAN_LIT("");
}

/* The last field of that name with its folds; raw_header() gives an empty string where there is none. */
static struct span raw_field(const struct sa_part *part, struct span name)
{
	for (size_t i = part->nfields; i-- > 0;) {
		if (span_case_eq(part->fields[i].name, name))
			return part->fields[i].raw.p != NULL ? part->fields[i].raw : SPAN_LIT("");
	}
	return SPAN_LIT("");
}

static struct span part_value(struct sa_run *run, const struct sa_mime_test *t, const struct sa_part *part)
{
	struct span value = SPAN_NONE;

	if (span_eq(t->header, SPAN_LIT("ALL")))
		return all_fields(run, part, t->raw);
	if (t->raw)
		return raw_field(part, t->header);
	if (!sa_part_header(run->view, part, t->header, false, &value))
		return SPAN_NONE;
	return value.p != NULL ? value : SPAN_LIT("");
}

/* What every part has in a header, fetched once for all rules that ask for it. */
static const struct span *part_values(struct sa_run *run, const struct sa_mime_test *t, const struct sa_part *parts, size_t n)
{
	struct sa_mime_values *m;

	for (size_t i = 0; i < run->nmime; i++) {
		m = &run->mime[i];
		if (m->raw == t->raw && span_case_eq(m->header, t->header))
			return m->v;
	}
	m = ARRAY_ADD(run->arena, run->mime, run->nmime, run->cap_mime);
	*m = (struct sa_mime_values){ .header = t->header, .raw = t->raw, .v = ARENA_ARRAY(run->arena, n + 1, struct span) };
	for (size_t i = 0; i < n; i++)
		m->v[i] = part_value(run, t, &parts[i]);
	return m->v;
}

static void run_concat(struct sa_run *run, unsigned number, const struct span *values, size_t from, size_t to)
{
	const struct sa_rule *rule = &run->rs->rules[number];
	struct buf b = BUF_INIT(run->arena);
	struct span evidence = SPAN_NONE;
	unsigned hits;

	for (size_t i = from; i < to; i++) {
		struct span value = values[i].p != NULL ? values[i] : rule->mime->if_unset;

		buf_add(&b, value);
		if (value.len == 0 || value.p[value.len - 1] != '\n')
			buf_char(&b, '\n');
	}
	hits = sa_run_count(run, rule, rule->mime->regex, buf_span(&b), rule->max, &evidence);
	if (hits != 0)
		sa_run_hit(run, number, rule->multiple ? hits : 1, rule->multiple ? hits : 1, evidence);
}

void sa_run_mimeheader(struct sa_run *run, unsigned number)
{
	const struct sa_rule *rule = &run->rs->rules[number];
	const struct sa_mime_test *t = rule->mime;
	size_t n = 0, from, to;
	const struct sa_part *parts = sa_parts(run->view, &n);
	const struct span *values;
	struct span evidence = SPAN_NONE;

	if (t->negated) { /* 4.0.1 gives a hit whatever the header says */
		sa_run_hit(run, number, 1, 1, SPAN_NONE);
		return;
	}
	values = part_values(run, t, parts, n);
	from = t->first != 0 ? t->first - 1 : 0;
	to = t->last < n ? t->last : n;
	if (rule->cf->flags & CF_CONCAT) {
		run_concat(run, number, values, from, to);
		return;
	}
	/* The first part that has any is the only one that counts. */
	for (size_t i = from; i < to; i++) {
		unsigned hits = sa_run_count(run, rule, t->regex, values[i].p != NULL ? values[i] : t->if_unset, rule->max, &evidence);

		if (hits == 0)
			continue;
		sa_run_hit(run, number, rule->multiple ? hits : 1, rule->multiple ? hits : 1, evidence);
		return;
	}
}

static bool any_matches(struct sa_run *run, const struct sa_rule *rule, unsigned key, const struct span *texts, size_t n)
{
	const struct regex *re = rule->uri->of[key].regex;

	if (re == NULL)
		return true;
	for (size_t i = 0; i < n; i++) {
		if (sa_run_matches(run, rule, re, texts[i], 0, NULL, 0) != rule->uri->of[key].negated)
			return true;
	}
	return false;
}

static size_t type_names(unsigned types, struct span *v)
{
	static const struct {
		enum sa_uri_type type;
		const char *name;
	} names[] = { { SA_URI_A, "a" }, { SA_URI_IMG, "img" }, { SA_URI_LINK, "link" }, { SA_URI_FORM, "form" }, { SA_URI_PARSED, "parsed" }, { SA_URI_AREA, "area" },
		{ SA_URI_FRAME, "frame" }, { SA_URI_SCRIPT, "script" }, { SA_URI_OTHER, "other" }, { SA_URI_DOMAINKEYS, "domainkeys" }, { SA_URI_UNLINKED, "unlinked" },
		{ SA_URI_SCHEMELESS, "schemeless" } };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (types & (unsigned)names[i].type)
			v[n++] = span_of(names[i].name);
	}
	return n;
}

void sa_run_uri_detail(struct sa_run *run, unsigned number)
{
	const struct sa_rule *rule = &run->rs->rules[number];
	size_t n = 0;
	const struct sa_uri *uris = sa_uri_details(run->view, &n);

	for (size_t i = 0; i < n; i++) {
		const struct sa_uri *u = &uris[i];
		struct span types[32];

		if (any_matches(run, rule, 0, &u->raw, 1) && any_matches(run, rule, 1, types, type_names(u->types, types)) &&
		    any_matches(run, rule, 2, u->cleaned, u->ncleaned) && any_matches(run, rule, 3, u->texts, u->ntexts) &&
		    any_matches(run, rule, 4, u->domains, u->nhosts) && any_matches(run, rule, 5, u->hosts, u->nhosts)) {
			sa_run_hit(run, number, 1, 1, u->raw);
			return;
		}
	}
}
