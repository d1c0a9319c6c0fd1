/* Validating ARC chains: all cases of the validation suite (YAML), where it is there, and chains of our own making in test_dkim_sign.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "dkim_fixture.h"

#define CASES 171

/* As much of YAML as the suite uses: documents, two levels of keys, literal blocks. */
struct yaml {
	struct dkim_fixture *f;
	struct span rest;
	struct span line;
	size_t indent;
	bool end;
};

static bool next_line(struct yaml *y)
{
	if (y->rest.p == NULL) {
		y->end = true;
		return false;
	}
	y->line = span_split(&y->rest, '\n');
	for (y->indent = 0; y->indent < y->line.len && y->line.p[y->indent] == ' ';)
		y->indent++;
	return true;
}

/* The lines of a literal block deeper than "indent", without what all of them have in front; the first line behind it is current afterwards. */
static struct span read_block(struct yaml *y, size_t indent)
{
	struct buf b = BUF_INIT(y->f->arena);
	size_t deep = 0, blank = 0;

	while (next_line(y)) {
		if (span_trim(y->line).len == 0 && y->indent <= indent) {
			blank++;
			continue;
		}
		if (y->indent <= indent)
			break;
		if (deep == 0)
			deep = y->indent;
		for (; blank != 0; blank--)
			buf_char(&b, '\n');
		buf_add(&b, span_from(y->line, deep));
		buf_char(&b, '\n');
	}
	return buf_span(&b);
}

struct arc_case {
	struct span name, message, cv;
};

struct arc_document {
	struct arc_case cases[100];
	size_t ncases;
};

static void add_record(struct yaml *y, struct span name)
{
	struct span text = read_block(y, y->indent);
	struct buf joined = BUF_INIT(y->f->arena);

	while (text.p != NULL && text.len != 0) {
		struct span line = span_trim(span_split(&text, '\n'));

		if (joined.len != 0 && line.len != 0)
			buf_char(&joined, ' ');
		buf_add(&joined, line);
	}
	dns_table_record(y->f->dns, name, DNS_TXT, buf_span(&joined));
}

static struct span key_of(struct yaml *y, struct span *value_r)
{
	struct span s = span_trim(y->line), key;
	size_t colon = span_find(s, SPAN_LIT(": "));

	if (colon == SPAN_NPOS)
		colon = s.len != 0 && s.p[s.len - 1] == ':' ? s.len - 1 : 0;
	key = span_sub(s, 0, colon);
	*value_r = span_trim(span_from(s, colon + 1));
	return key;
}

static void read_value(struct yaml *y, struct span value, struct span *place)
{
	bool quoted = value.len >= 2 && value.p[0] == '"';

	if (span_starts(value, SPAN_LIT("|"))) {
		struct span block = read_block(y, y->indent);

		if (place != NULL)
			*place = block;
		return;
	}
	if (place != NULL)
		*place = quoted ? span_sub(value, 1, value.len - 2) : value;
	next_line(y);
}

static struct arc_case *case_of(struct arc_document *d, struct span name)
{
	for (size_t i = 0; i < d->ncases; i++) {
		if (span_eq(d->cases[i].name, name))
			return &d->cases[i]; /* a key given twice: the later one counts */
	}
	assert_true(d->ncases < sizeof(d->cases) / sizeof(d->cases[0]));
	d->cases[d->ncases].name = name;
	return &d->cases[d->ncases++];
}

/* One document; false: there are no more. The first line of the next one is current afterwards. */
static bool read_document(struct yaml *y, struct arc_document *d)
{
	bool records = false;
	struct arc_case *c = NULL;

	d->ncases = 0;
	dns_table_clear(y->f->dns);
	do {
		struct span value, key;

		if (y->end || span_starts(y->line, SPAN_LIT("---")))
			break;
		key = key_of(y, &value);
		if (y->indent == 0) {
			records = span_eq(key, SPAN_LIT("txt-records")) || (records && key.len == 0);
			next_line(y);
		} else if (records && y->indent == 2) {
			add_record(y, key);
		} else if (y->indent == 2 && value.len == 0) {
			c = case_of(d, key);
			next_line(y);
		} else if (y->indent == 4 && c != NULL) {
			read_value(y, value, span_eq(key, SPAN_LIT("message")) ? &c->message : span_eq(key, SPAN_LIT("cv")) ? &c->cv : NULL);
		} else {
			next_line(y);
		}
	} while (true);
	return d->ncases != 0;
}

static bool as_expected(const struct arc_case *c, const struct arc_result *r)
{
	if (span_trim(c->cv).len == 0) /* sealed as failed: nobody may take it for a pass */
		return r->result == AUTH_FAIL;
	return span_case_eq(c->cv, span_of(auth_result_name(r->result)));
}

static size_t run_document(struct dkim_fixture *f, struct arc_document *d, bool crlf)
{
	size_t wrong = 0;

	for (size_t i = 0; i < d->ncases; i++) {
		struct arc_case *c = &d->cases[i];
		struct arc_result r = fixture_arc(f, crlf ? fixture_crlf(f, c->message) : c->message);

		if (as_expected(c, &r))
			continue;
		print_error("%.*s: expected %.*s, is %s (%.*s)\n", SPAN_ARG(c->name), SPAN_ARG(c->cv), auth_result_name(r.result), SPAN_ARG(r.problem));
		wrong++;
	}
	return wrong;
}

static void run_suite(struct dkim_fixture *f, bool crlf)
{
	struct yaml y = { .f = f, .rest = fixture_read(f, WINNOW_SUITES "/auth/arc/tests/arc-draft-validation-tests.yml") };
	static struct arc_document d;
	size_t n = 0, wrong = 0;

	f->arc.min_key_bits = 1024;
	next_line(&y);
	do {
		if (span_starts(y.line, SPAN_LIT("---")))
			next_line(&y);
		if (read_document(&y, &d)) {
			wrong += run_document(f, &d, crlf);
			n += d.ncases;
		}
	} while (!y.end);
	printf("%zu cases, %zu wrong\n", n, wrong);
	assert_int_equal(n, CASES);
	assert_int_equal(wrong, 0);
}

static void test_suite(void **state)
{
	if (!fixture_has_suites())
		return;
	run_suite(*state, true);
	run_suite(*state, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_suite, dkim_fixture_setup, dkim_fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
