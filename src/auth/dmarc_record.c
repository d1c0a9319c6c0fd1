/* DMARC records: RFC 7489, 6.3 and 6.4; what is done with bad ones: 6.6.3. */
#include "auth/dmarc.h"
#include "base/ascii.h"

#define TAGS_MAX 100 /* read of one record */

/* What has been seen, besides the values. */
struct reader {
	struct dmarc_record *r;
	bool has_p, has_sp, has_np;
	bool bad_p, bad_sp, bad_np;
	unsigned seen; /* bits of tag numbers: the first of equal tags counts */
};

const char *dmarc_policy_name(enum dmarc_policy p)
{
	static const char *const names[] = { [DMARC_NO_POLICY] = "", [DMARC_MONITOR] = "none", [DMARC_QUARANTINE] = "quarantine", [DMARC_REJECT] = "reject" };

	return names[p];
}

static enum dmarc_policy read_policy(struct span value)
{
	for (enum dmarc_policy p = DMARC_MONITOR; p <= DMARC_REJECT; p++) {
		if (span_case_eq(value, span_of(dmarc_policy_name(p))))
			return p;
	}
	return DMARC_NO_POLICY;
}

static void read_p(struct reader *d, struct span value)
{
	d->r->p = read_policy(value);
	d->has_p = true;
	d->bad_p = d->r->p == DMARC_NO_POLICY;
}

static void read_sp(struct reader *d, struct span value)
{
	d->r->sp = read_policy(value);
	d->has_sp = true;
	d->bad_sp = d->r->sp == DMARC_NO_POLICY;
}

static void read_np(struct reader *d, struct span value)
{
	d->r->np = read_policy(value);
	d->has_np = true;
	d->bad_np = d->r->np == DMARC_NO_POLICY;
}

static void read_adkim(struct reader *d, struct span value)
{
	d->r->strict_dkim = span_case_eq(value, SPAN_LIT("s"));
}

static void read_aspf(struct reader *d, struct span value)
{
	d->r->strict_spf = span_case_eq(value, SPAN_LIT("s"));
}

static void read_pct(struct reader *d, struct span value)
{
	uint64_t n;

	if (span_uint(value, 100, &n))
		d->r->pct = (unsigned)n;
}

static void read_rua(struct reader *d, struct span value)
{
	d->r->rua = value;
}

static void read_ruf(struct reader *d, struct span value)
{
	d->r->ruf = value;
}

static void read_fo(struct reader *d, struct span value)
{
	if (value.len != 0)
		d->r->fo = value;
}

static void read_ri(struct reader *d, struct span value)
{
	uint64_t n;

	if (span_uint(value, UINT32_MAX, &n))
		d->r->ri = (uint32_t)n;
}

static const struct {
	const char *name;
	void (*read)(struct reader *, struct span value);
} tags[] = {
	{ "p", read_p }, { "sp", read_sp }, { "np", read_np }, { "adkim", read_adkim }, { "aspf", read_aspf }, { "pct", read_pct },
	{ "rua", read_rua }, { "ruf", read_ruf }, { "fo", read_fo }, { "ri", read_ri },
};

static bool read_tag(struct span *rest, struct span *name_r, struct span *value_r)
{
	struct span tag = span_split(rest, ';');
	size_t eq = span_chr(tag, '=');

	if (eq == SPAN_NPOS)
		return false;
	*name_r = span_trim(span_sub(tag, 0, eq));
	*value_r = span_trim(span_from(tag, eq + 1));
	return true;
}

/* At least one URI with a scheme and something behind it: "mailto:a@b!10m,https://..." */
static bool wants_reports(struct span rua)
{
	while (rua.p != NULL && rua.len != 0) {
		struct span uri = span_trim(span_split(&rua, ','));
		size_t colon = span_chr(uri, ':');
		bool good = colon != SPAN_NPOS && colon > 1 && colon + 1 < uri.len;

		for (size_t i = 0; good && i < colon; i++)
			good = ascii_isalnum(uri.p[i]) || uri.p[i] == '+' || uri.p[i] == '-' || uri.p[i] == '.';
		if (good && (!span_case_starts(uri, SPAN_LIT("mailto:")) || span_chr(uri, '@') != SPAN_NPOS))
			return true;
	}
	return false;
}

static enum dmarc_syntax judge(struct reader *d)
{
	struct dmarc_record *r = d->r;

	if (!d->has_p || d->bad_p || d->bad_sp) {
		if (!wants_reports(r->rua))
			return DMARC_BAD;
		r->p = r->sp = r->np = DMARC_MONITOR;
		r->repaired = true;
		return DMARC_GOOD;
	}
	if (!d->has_sp)
		r->sp = r->p;
	if (!d->has_np || d->bad_np)
		r->np = r->sp;
	return DMARC_GOOD;
}

enum dmarc_syntax dmarc_record_parse(struct span text, struct dmarc_record *record_r)
{
	struct reader d = { .r = record_r };
	struct span name, value;

	*record_r = (struct dmarc_record){ .pct = 100, .fo = SPAN_LIT("0"), .ri = 86400 };
	if (!read_tag(&text, &name, &value) || !span_case_eq(name, SPAN_LIT("v")) || !span_eq(value, SPAN_LIT("DMARC1")))
		return DMARC_OTHER;
	for (int n = 0; text.p != NULL && n < TAGS_MAX; n++) {
		if (!read_tag(&text, &name, &value))
			continue;
		for (unsigned i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
			if (!span_case_eq(name, span_of(tags[i].name)) || (d.seen & 1u << i) != 0)
				continue;
			d.seen |= 1u << i;
			tags[i].read(&d, value);
		}
	}
	return judge(&d);
}
