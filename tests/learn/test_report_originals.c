/* Every original of a report is found: reports as programs write them, and collections of bounces, feedback loops, Outlook files and inline forwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>

#include "learn/report_clean.h"
#include "learn/report_source.h"
#include "mail/msg.h"
#include "mail/tnef.h"
#include "report_layouts.h"

static const char *const samples[] = { "original-outlet.eml", "original-invoice.eml", "original-plain.eml" };
#define SAMPLES 3

static struct span sample(struct arena *arena, size_t i)
{
	char path[512];

	snprintf(path, sizeof(path), WINNOW_SOURCE "/corpus/reports/%s", samples[i]);
	return support_read(arena, path);
}

/* Reads a report; lets every part be opened that asks for it, as the inspector does. */
static void read_report(struct arena *arena, struct span raw, struct report *r)
{
	struct report_limits limits = support_limits();
	const struct message *m = support_parse(arena, raw);
	struct report_opened opened[64];
	size_t n = 0;

	report_read(arena, m, &limits, NULL, 0, r);
	for (size_t i = 0; i < r->nunopened && n < 64; i++) {
		struct contents *c = ARENA_NEW(arena, struct contents);
		struct contents_input in = { .content = r->unopened[i]->body, .name = r->unopened[i]->name };

		contents_read(arena, &in, NULL, c);
		opened[n++] = (struct report_opened){ r->unopened[i], c };
	}
	if (n != 0)
		report_read(arena, m, &limits, opened, n, r);
}

/* Without carriage returns and the line ends at the end: those belong to the boundary. */
static struct span plain_lines(struct arena *arena, struct span s)
{
	struct buf b = BUF_INIT(arena);

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] != '\r')
			buf_char(&b, s.p[i]);
	}
	return span_trim(buf_span(&b));
}

static void check_layout(const struct layout *l, size_t n, size_t first)
{
	struct arena *arena = arena_new(0);
	struct span v[SAMPLES];
	struct report r;
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		v[i] = sample(arena, (first + i) % SAMPLES);
	read_report(arena, l->write(arena, v, n), &r);
	if (report_count(&r) != n)
		fail_msg("%s: %zu of %zu found", l->name, report_count(&r), n);
	assert_int_equal(r.client, l->client);
	assert_false(r.is_inline || r.cut);
	assert_int_equal(r.noriginals, n + l->wrappers);
	for (size_t i = 0; i < r.noriginals; i++) {
		const struct report_original *o = &r.originals[i];
		struct span want;

		if ((o->flags & REPORT_WRAPPER) != 0)
			continue;
		want = plain_lines(arena, v[found++]);
		assert_int_equal(o->how, l->how);
		assert_int_equal(o->depth, l->wrappers);
		assert_int_equal((o->flags & REPORT_HEADERS_ONLY) != 0, l->headers_only);
		if (l->headers_only)
			want = span_trim(span_sub(want, 0, span_find(want, SPAN_LIT("\n\n"))));
		if (!span_eq(plain_lines(arena, o->bytes), want))
			fail_msg("%s: original %zu differs:\n%.*s", l->name, i, SPAN_ARG(o->bytes));
	}
	arena_free(&arena);
}

static void finds_what_programs_attach(void **state)
{
	(void)state;
	for (size_t i = 0; i < nlayouts; i++) {
		for (size_t first = 0; first < SAMPLES; first++)
			check_layout(&layouts[i], 1, first);
		if (layouts[i].many)
			check_layout(&layouts[i], SAMPLES, 0);
	}
}

static void asks_for_the_inspector(void **state)
{
	struct arena *arena = arena_new(0);
	struct report_limits limits = support_limits();
	struct report r;

	(void)state;
	for (size_t i = 0; i < nlayouts; i++) {
		struct span one = sample(arena, 0);

		report_read(arena, support_parse(arena, layouts[i].write(arena, &one, 1)), &limits, NULL, 0, &r);
		assert_int_equal(r.nunopened != 0, layouts[i].zip);
		assert_int_equal(r.noriginals == 0, layouts[i].zip);
	}
	arena_free(&arena);
}

/* A mail that is more than a forward is the original itself, with all that it has attached. */
static void leaves_real_mails_whole(void **state)
{
	struct arena *arena = arena_new(0);
	struct buf spam = BUF_INIT(arena);
	struct span inner = sample(arena, 1), outer;
	struct report r;

	(void)state;
	buf_str(&spam, "From: x@spam.example\nTo: anna@example.net\nSubject: Your order\nDate: Thu, 6 Mar 2025 12:00:00 +0100\nMessage-ID: <1@spam.example>\nMIME-Version: 1.0\n"
	           "Content-Type: multipart/mixed; boundary=\"=_s\"\n\n--=_s\nContent-Type: text/plain\n\nSee the attached mail.\n\n--=_s\nContent-Type: message/rfc822\n\n");
	buf_add(&spam, inner);
	buf_str(&spam, "\n--=_s--\n");
	outer = buf_span(&spam);
	read_report(arena, layouts[0].write(arena, &outer, 1), &r);
	assert_int_equal(r.noriginals, 1);
	assert_int_equal(r.originals[0].flags, 0);
	assert_true(span_eq(plain_lines(arena, r.originals[0].bytes), plain_lines(arena, outer)));
	arena_free(&arena);
}

static void stops_at_limits(void **state)
{
	struct arena *arena = arena_new(0);
	struct report_limits limits = support_limits();
	struct span v[SAMPLES], nested;
	struct report r;

	(void)state;
	for (size_t i = 0; i < SAMPLES; i++)
		v[i] = sample(arena, i);
	limits.originals = 2;
	report_read(arena, support_parse(arena, layouts[0].write(arena, v, SAMPLES)), &limits, NULL, 0, &r);
	assert_int_equal(r.noriginals, 2);
	assert_true(r.cut);
	nested = v[0];
	for (unsigned i = 0; i < 8; i++)
		nested = layouts[6].write(arena, &nested, 1); /* base64 hides boundaries that are alike */
	limits = support_limits();
	report_read(arena, support_parse(arena, nested), &limits, NULL, 0, &r);
	assert_int_equal(r.noriginals, 4);
	assert_int_equal(r.originals[3].depth, 3);
	assert_int_equal(r.originals[3].flags & REPORT_WRAPPER, 0);
	arena_free(&arena);
}

static void reads_sources(void **state)
{
	static const struct {
		const char *text;
		bool found;
	} rows[] = {
		{ "Hello\n\nReceived: by a\nFrom: a@b\nSubject: s\n\nbody", true },
		{ "--- Below this line is a copy of the message.\nReturn-Path: <a@b>\nFrom: a@b\nTo: c@d\n\nbody", true },
		{ "From: a@b\nSent: Monday\nTo: c@d\nSubject: s\n\nbody", false },
		{ "text From: a@b\nMessage-ID: <1@b>\nSubject: s\nDate: d\n\nbody", false },
		{ "\nFrom: a@b\nTo: c@d\nSubject: s\nDate: d\nMIME-Version: 1.0\n\nbody", true },
		{ "", false },
	};
	struct span source;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (report_source_find(span_of(rows[i].text), &source) != rows[i].found)
			fail_msg("row %zu", i);
	}
}

/* Collections. */

struct tally {
	int files, found, empty_headers;
	unsigned how[REPORT_HOWS];
};

static void count_report(void *ctx, const char *path, struct span raw)
{
	struct tally *t = ctx;
	struct arena *arena = arena_new(0);
	struct report r;

	if (!span_ends(span_of(path), SPAN_LIT(".eml"))) {
		arena_free(&arena);
		return;
	}
	read_report(arena, raw, &r);
	t->files++;
	t->found += r.noriginals != 0;
	for (size_t i = 0; i < r.noriginals; i++) {
		struct report_clean_options o = { 0 };
		struct report_cleaned clean;
		const struct message *m;

		report_clean(arena, r.originals[i].bytes, &o, &clean);
		m = support_parse(arena, clean.bytes);
		t->how[r.originals[i].how]++;
		t->empty_headers += m->headers.n == 0;
	}
	arena_free(&arena);
}

/*
 * Found and had, by reading those without: the rest of the bounces holds no original (vacation replies, reports that only quote the subject,
 * copies that were cut, cuts of boundaries by those who made the collection anonymous).
 */
static void finds_originals_of_collections(void **state)
{
	static const struct {
		const char *folder;
		int files, found;
	} rows[] = {
		{ WINNOW_SUITES "/reports/sisimai/maildir", 832, 758 },
		{ WINNOW_SUITES "/reports/flanker", 9, 8 },
		{ WINNOW_SUITES "/reports/abuseio/extra/notifier-samples/feedback-loop", 3, 3 },
		{ WINNOW_SUITES "/reports/abuseio", 40, 15 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tally t = { 0 };

		if (support_walk(rows[i].folder, count_report, &t) < 0) {
			print_message("no material in %s\n", rows[i].folder);
			continue;
		}
		print_message("%s: %d of %d, without header section %d\n", rows[i].folder + strlen(WINNOW_SUITES) + 1, t.found, t.files, t.empty_headers);
		assert_true(t.files >= rows[i].files);
		assert_true(t.found >= rows[i].found);
		assert_int_equal(t.empty_headers, 0);
	}
}

struct outlook_tally {
	int files, messages, embedded, found, rebuilt, lost;
};

static size_t embedded_in(const struct outlook_message *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->nattachments; i++)
		n += m->attachments[i].message != NULL;
	return n;
}

/* Every .msg and winmail.dat of the collections, attached to a report. */
static void count_outlook(void *ctx, const char *path, struct span file)
{
	struct outlook_tally *t = ctx;
	struct arena *arena = arena_new(0);
	struct buf out = BUF_INIT(arena);
	struct outlook_message m = { 0 };
	enum file_type type = file_type_detect(file);
	bool msg = type == FILE_OLE && msg_read_file(arena, file, &outlook_limits_default, &m);
	struct span body;
	struct report r;
	size_t want;

	if (!msg && (type != FILE_TNEF || !tnef_read(arena, file, &outlook_limits_default, &m))) {
		arena_free(&arena);
		return;
	}
	(void)path;
	want = msg ? 1 : embedded_in(&m);
	body = support_base64(arena, file);
	buf_printf(&out, "From: a@example.net\r\nSubject: report\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_o\"\r\n\r\n--=_o\r\nContent-Type: %s\r\n"
	                 "Content-Disposition: attachment; filename=\"%s\"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
	           msg ? "application/vnd.ms-outlook" : "application/ms-tnef", msg ? "mail.msg" : "winmail.dat");
	buf_add(&out, body);
	buf_str(&out, "\r\n--=_o--\r\n");
	read_report(arena, buf_span(&out), &r);
	t->files++;
	t->messages += (int)want;
	for (size_t i = 0; i < r.noriginals; i++) {
		if (r.originals[i].depth != 0 || (r.originals[i].how != REPORT_MSG && r.originals[i].how != REPORT_TNEF))
			continue;
		t->found++;
		t->rebuilt += (r.originals[i].flags & REPORT_REBUILT) != 0;
		t->lost += (r.originals[i].flags & REPORT_HEADERS_LOST) != 0;
	}
	arena_free(&arena);
}

static void finds_mails_in_outlook_files(void **state)
{
	static const struct {
		const char *folder;
		int files;
	} rows[] = { { WINNOW_SUITES "/files/tnef", 40 }, { WINNOW_SUITES "/files/msg", 54 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct outlook_tally t = { 0 };

		if (support_walk(rows[i].folder, count_outlook, &t) < 0) {
			print_message("no material in %s\n", rows[i].folder);
			continue;
		}
		print_message("%s: %d files, %d of %d mails, %d without header section\n", rows[i].folder + strlen(WINNOW_SUITES) + 1, t.files, t.found, t.messages, t.lost);
		assert_true(t.files >= rows[i].files);
		assert_int_equal(t.found, t.messages);
		assert_int_equal(t.rebuilt, t.found);
	}
}

/* Inline forwards. */

struct inline_tally {
	int bodies, found, right, subjects, marked;
};

static enum report_client client_of_name(struct span name)
{
	static const struct {
		struct span begin;
		enum report_client client;
	} rows[] = {
		{ SPAN_LIT("apple_mail"), REPORT_CLIENT_APPLE }, { SPAN_LIT("gmail"), REPORT_CLIENT_GMAIL }, { SPAN_LIT("new_outlook"), REPORT_CLIENT_OUTLOOK },
		{ SPAN_LIT("outlook_2013"), REPORT_CLIENT_OUTLOOK }, { SPAN_LIT("outlook_live"), REPORT_CLIENT_OUTLOOK }, { SPAN_LIT("thunderbird"), REPORT_CLIENT_THUNDERBIRD },
		{ SPAN_LIT("yahoo"), REPORT_CLIENT_YAHOO }, { SPAN_LIT("hubspot"), REPORT_CLIENT_GMAIL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (span_starts(name, rows[i].begin))
			return rows[i].client;
	}
	return REPORT_CLIENT_OTHER;
}

static void count_inline(void *ctx, const char *path, struct span text)
{
	struct inline_tally *t = ctx;
	struct arena *arena = arena_new(0);
	struct buf out = BUF_INIT(arena);
	struct span name = span_from(span_of(path), span_rchr(span_of(path), '/') + 1), rest;
	struct report r;

	if (span_has(name, SPAN_LIT("_subject"))) {
		t->subjects++;
		t->marked += report_subject_forwarded(span_trim(text), &rest);
		arena_free(&arena);
		return;
	}
	buf_str(&out, "From: anna@example.net\nTo: report-spam@example.net\nSubject: Fwd: spam\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n");
	buf_add(&out, text);
	read_report(arena, buf_span(&out), &r);
	assert_int_equal(r.noriginals, 0);
	t->bodies++;
	t->found += r.is_inline;
	t->right += r.client == client_of_name(name);
	if (!r.is_inline || r.client != client_of_name(name))
		print_message("%.*s: %s %s\n", SPAN_ARG(name), r.is_inline ? "inline" : "missed", report_client_name(r.client));
	arena_free(&arena);
}

static void recognises_inline_forwards(void **state)
{
	struct inline_tally t = { 0 };

	(void)state;
	if (support_walk(WINNOW_SUITES "/reports/inline-forwards/test/fixtures", count_inline, &t) < 0) {
		print_message("no material of inline forwards\n");
		return;
	}
	print_message("inline forwards: %d of %d, program %d; subjects %d of %d\n", t.found, t.bodies, t.right, t.marked, t.subjects);
	assert_true(t.bodies > 150);
	assert_true(t.found >= t.bodies - 2);
	assert_true(t.right >= t.bodies * 9 / 10);
	assert_int_equal(t.marked, t.subjects);
}

static void tells_programs_by_layout(void **state)
{
	static const struct {
		const char *text;
		enum report_client client;
	} rows[] = {
		{ "\n----- Forwarded Message -----\nFrom: \"A\" <a@b>\nTo: c@d\nSent: Monday\nSubject: x\n\nbody", REPORT_CLIENT_ZIMBRA },
		{ "\n----- Weitergeleitete Nachricht -----\nVon: \"A\" <a@b>\nAn: c@d\nGesendet: Montag\nBetreff: x\n\nbody", REPORT_CLIENT_ZIMBRA },
		{ "\n-----Urspr\xc3\xbcngliche Nachricht-----\nVon: A <a@b>\nGesendet: Montag\nAn: c\nBetreff: x\n", REPORT_CLIENT_OUTLOOK },
		{ "\nVon: A <a@b>\nGesendet: Montag\nAn: c\nBetreff: x\n", REPORT_CLIENT_OUTLOOK },
		{ "Please buy our things.\nFrom: here\nto there\n", REPORT_CLIENTS },
		{ "Hello,\nhow are you?\n", REPORT_CLIENTS },
		{ "", REPORT_CLIENTS },
	};
	enum report_client client;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool found = report_inline_find(span_of(rows[i].text), &client);

		if (found != (rows[i].client != REPORT_CLIENTS) || (found && client != rows[i].client))
			fail_msg("row %zu: %d %s", i, found, report_client_name(client));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_programs_attach), cmocka_unit_test(asks_for_the_inspector), cmocka_unit_test(leaves_real_mails_whole),
		cmocka_unit_test(stops_at_limits), cmocka_unit_test(reads_sources), cmocka_unit_test(finds_originals_of_collections),
		cmocka_unit_test(finds_mails_in_outlook_files), cmocka_unit_test(recognises_inline_forwards), cmocka_unit_test(tells_programs_by_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
