/* A message as SpamAssassin shows it: any bytes give texts and parts that lie in memory and are bounded by the message. */
#include <stdlib.h>

#include "base/utf8.h"
#include "spamassassin/html.h"
#include "spamassassin/view_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
	if (!condition)
		abort();
}

static volatile unsigned sum;

/* Reads every byte, so that the sanitizers see a span that lies elsewhere. */
static void touch(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		sum += (uint8_t)s.p[i];
}

static size_t touch_lines(const struct sa_lines *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		touch(l->v[i]);
		n += l->v[i].len;
		must(l->v[i].len <= 4096 + 1);
	}
	touch(l->joined);
	must(l->joined.len >= n && l->joined.len <= n + l->n);
	return n;
}

static void touch_strings(const struct sa_html_strings *s)
{
	for (size_t i = 0; i < s->n; i++)
		touch(s->v[i]);
}

static void touch_html(const struct sa_html *h)
{
	double value;

	touch_strings(&h->comment);
	touch_strings(&h->script);
	touch_strings(&h->title);
	touch_strings(&h->anchor);
	must(h->nlinks <= SA_HTML_URIS_MAX);
	for (size_t i = 0; i < h->nlinks; i++) {
		touch(h->links[i].uri);
		for (size_t k = 0; k < h->links[i].ntexts; k++)
			touch(h->links[i].texts[k]);
	}
	must(!sa_html_inside(h, SPAN_LIT("p"), &value) || value >= 0);
	if (sa_html_number(h, SPAN_LIT("bad_tag_ratio"), &value))
		must(value >= 0 && value <= 1);
}

static void touch_part(struct sa_view *v, const struct sa_part *part)
{
	const struct sa_rendering *r;
	struct span value;

	touch(part->type);
	touch(part->name);
	touch(part->raw);
	touch(sa_part_decoded(v, part));
	for (size_t i = 0; i < part->nfields; i++)
		touch(sa_field_value(v, &part->fields[i]));
	if (sa_part_header(v, part, SPAN_LIT("content-type"), true, &value))
		touch(value);
	r = sa_part_rendered(v, part);
	if (r != NULL) {
		touch(r->text);
		must(utf8_valid(r->text));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct transaction tx = { .arena = arena, .raw = arena_copy(arena, span_make((const char *)data, size)) };
	struct sa_view *v = sa_view_new(NULL, NULL, &tx, NULL);
	const struct sa_part *parts;
	const struct sa_html *const *html;
	size_t n;

	touch_lines(sa_body(v));
	touch_lines(sa_body_visible(v));
	touch_lines(sa_body_invisible(v));
	must(touch_lines(sa_rawbody(v)) <= 2 * size + 65536);
	touch(sa_full(v));
	parts = sa_parts(v, &n);
	must(n != 0 && parts[0].parent == -1);
	for (size_t i = 0; i < n; i++) {
		must(parts[i].parent < (int)i);
		touch_part(v, &parts[i]);
	}
	html = sa_html_all(v, &n);
	for (size_t i = 0; i < n; i++)
		touch_html(html[i]);
	arena_free(&arena);
	return 0;
}
