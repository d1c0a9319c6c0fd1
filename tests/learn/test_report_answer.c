/* Answers to reports: when there may be one, and that it is a correct mail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>

#include "learn/report_answer.h"
#include "report_support.h"

static const struct span spam[] = { SPAN_LIT("report-spam@*") };

static struct report_settings settings(void)
{
	return (struct report_settings){ .spam = { spam, 1 }, .answers = REPORT_ANSWER_ALWAYS };
}

static struct report_answer answer(const struct report_settings *s, const struct message *m)
{
	return (struct report_answer){
		.settings = s, .report = m, .client = REPORT_CLIENT_UNKNOWN, .to = SPAN_LIT("anna@example.net"), .to_is_local = true, .address = SPAN_LIT("report-spam@example.net"),
		.class = LEARN_SPAM, .host = SPAN_LIT("mx.example.net"), .id = SPAN_LIT("01JNABCDEFGHJ"), .now = 1741258800,
	};
}

static void follows_rfc_3834(void **state)
{
	static const struct {
		const char *fields, *to;
		enum report_answer_refusal want;
	} rows[] = {
		{ "", "anna@example.net", REPORT_ANSWER_SEND },
		{ "Auto-Submitted: no\n", "anna@example.net", REPORT_ANSWER_SEND },
		{ "Auto-Submitted: no; x=y\n", "anna@example.net", REPORT_ANSWER_SEND },
		{ "Auto-Submitted: auto-generated\n", "anna@example.net", REPORT_ANSWER_AUTOMATIC },
		{ "Auto-Submitted: nonsense\n", "anna@example.net", REPORT_ANSWER_AUTOMATIC },
		{ "X-Auto-Response-Suppress: DR, AutoReply\n", "anna@example.net", REPORT_ANSWER_AUTOMATIC },
		{ "X-Auto-Response-Suppress: All\n", "anna@example.net", REPORT_ANSWER_AUTOMATIC },
		{ "Precedence: Bulk\n", "anna@example.net", REPORT_ANSWER_BULK },
		{ "List-Id: <l.example.net>\n", "anna@example.net", REPORT_ANSWER_BULK },
		{ "List-Unsubscribe: <mailto:x@y>\n", "anna@example.net", REPORT_ANSWER_BULK },
		{ "X-Loop: winnow\n", "anna@example.net", REPORT_ANSWER_LOOP },
		{ "", "", REPORT_ANSWER_NO_SENDER },
		{ "", "anna", REPORT_ANSWER_NO_SENDER },
		{ "", "anna@example.net>\r\nRCPT TO:<b", REPORT_ANSWER_NO_SENDER },
		{ "", "MAILER-DAEMON@example.net", REPORT_ANSWER_MACHINE },
		{ "", "owner-list@example.net", REPORT_ANSWER_MACHINE },
		{ "", "list-request@example.net", REPORT_ANSWER_MACHINE },
		{ "", "no-reply@example.net", REPORT_ANSWER_MACHINE },
		{ "", "report-spam@elsewhere.example", REPORT_ANSWER_LOOP },
	};
	struct arena *arena = arena_new(0);
	struct report_settings s = settings();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct report_answer a = answer(&s, support_parse(arena, arena_printf(arena, "From: anna@example.net\n%sSubject: x\n\ny", rows[i].fields)));

		a.to = span_of(rows[i].to);
		if (report_answer_check(&a) != rows[i].want)
			fail_msg("row %zu: %s", i, report_answer_refusal_name(report_answer_check(&a)));
	}
	arena_free(&arena);
}

static void follows_settings(void **state)
{
	struct arena *arena = arena_new(0);
	struct report_settings s = settings();
	struct report_answer a = answer(&s, support_parse(arena, SPAN_LIT("From: a@b\n\nx")));

	(void)state;
	s.answers = REPORT_ANSWER_HELP;
	assert_int_equal(report_answer_check(&a), REPORT_ANSWER_SEND);
	a.total = 1;
	assert_int_equal(report_answer_check(&a), REPORT_ANSWER_OFF);
	s.answers = REPORT_ANSWER_ALWAYS;
	assert_int_equal(report_answer_check(&a), REPORT_ANSWER_SEND);
	a.to_is_local = false;
	assert_int_equal(report_answer_check(&a), REPORT_ANSWER_FOREIGN);
	s.answers = REPORT_ANSWER_NEVER;
	assert_int_equal(report_answer_check(&a), REPORT_ANSWER_OFF);
	arena_free(&arena);
}

static void tells_languages(void **state)
{
	static const struct {
		const char *mail;
		enum report_language want;
	} rows[] = {
		{ "From: a@b.example\n\nHello, please look at this and the other.\n", REPORT_ENGLISH },
		{ "From: a@b.example\n\nHallo, das ist nicht von mir, bitte.\n", REPORT_GERMAN },
		{ "From: a@b.example\nSubject: WG: offer\n\n", REPORT_GERMAN },
		{ "From: a@b.example\nContent-Language: de-AT\n\nplease the and\n", REPORT_GERMAN },
		{ "From: a@b.example\nContent-Language: en\n\nund der die das\n", REPORT_ENGLISH },
		{ "From: a@b.de\n\n", REPORT_GERMAN },
		{ "From: a@b.example\n\n", REPORT_ENGLISH },
		{ "From: a@b.example\nSubject: das ist nicht gut\nContent-Type: message/rfc822\n\nFrom: x\n\nplease the and of you\n", REPORT_GERMAN },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (report_answer_language(support_parse(arena, span_of(rows[i].mail))) != rows[i].want)
			fail_msg("row %zu", i);
	}
	arena_free(&arena);
}

/* Read with our own parser, which tells what is wrong with a mail. */
static void check_mail(struct arena *arena, struct span raw)
{
	const struct message *m = support_parse(arena, raw);
	struct span rest = raw;

	while (rest.p != NULL) {
		struct span line = span_split(&rest, '\n');

		assert_true(line.len <= 998);
		assert_true(line.len == 0 || rest.p == NULL || line.p[line.len - 1] == '\r');
		for (size_t i = 0; i < line.len; i++)
			assert_true((uint8_t)line.p[i] < 127 && ((uint8_t)line.p[i] >= ' ' || line.p[i] == '\r'));
	}
	for (size_t f = 0; f < FACT_N; f++) {
		if (m->facts.count[f] != 0)
			fail_msg("fact %s:\n%.*s", fact_name((enum fact)f), SPAN_ARG(raw));
	}
	assert_true(span_eq(header_value(&m->headers, HDR_AUTO_SUBMITTED), SPAN_LIT("auto-replied")));
	assert_int_equal(m->from.n, 1);
	assert_int_equal(m->to.n, 1);
	assert_true(m->date == 1741258800);
	for (size_t i = 0; i < 4; i++) {
		static const enum header_id once[] = { HDR_FROM, HDR_TO, HDR_SUBJECT, HDR_MESSAGE_ID };

		assert_int_equal(header_count(&m->headers, once[i]), 1);
	}
}

static void builds_correct_mail(void **state)
{
	static const char *const subjects[] = {
		"Fwd: cheap meds", "", "=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "=?utf-8?b?5pel5pys6Kqe44Gu44Oh44O844Or44Gn44GZ44CC5pel5pys6Kqe44Gu44Oh44O844Or44Gn44GZ44CC?=", "=?utf-8?q?a=0D=0ABcc:_x@y?=",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	struct arena *arena = arena_new(0);
	struct report_settings s = settings();

	(void)state;
	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++) {
		for (int language = 0; language < 3; language++) {
			struct report_answer a = answer(&s, support_parse(arena, arena_printf(arena, "From: anna@example.net\nSubject: %s\nMessage-ID: <1@x>\nReferences: <2@x>\n <3@x> junk <4 4@x>\n\n", subjects[i])));
			const struct message *m;
			struct span raw;

			s.language = language;
			a.total = (unsigned)language;
			raw = report_answer_build(arena, &a);
			check_mail(arena, raw);
			m = support_parse(arena, raw);
			assert_true(span_starts(m->subject, SPAN_LIT("Auto:")));
			assert_true(span_eq(header_value(&m->headers, HDR_IN_REPLY_TO), SPAN_LIT("<1@x>")));
			assert_true(span_eq(header_value(&m->headers, HDR_REFERENCES), SPAN_LIT("<2@x> <3@x> <1@x>")));
			assert_true(header_find(&m->headers, SPAN_LIT("Bcc")) == NULL);
			if (language != REPORT_LANGUAGE_AUTO)
				assert_int_equal(span_has(m->text, SPAN_LIT("Guten Tag")), language == REPORT_LANGUAGE_GERMAN);
			assert_int_equal(span_has(m->text, SPAN_LIT("Thunderbird")), a.total == 0);
		}
	}
	arena_free(&arena);
}

static void keeps_threads_short(void **state)
{
	struct arena *arena = arena_new(0);
	struct report_settings s = settings();
	struct buf raw = BUF_INIT(arena);
	struct span references, mail;
	struct report_answer a;
	size_t n = 0;

	(void)state;
	buf_str(&raw, "From: a@example.net\nMessage-ID: <last@x>\nReferences:");
	for (int i = 0; i < 500; i++)
		buf_printf(&raw, " <%d@x>\n", i);
	buf_str(&raw, "\nhello");
	a = answer(&s, support_parse(arena, buf_span(&raw)));
	mail = report_answer_build(arena, &a);
	check_mail(arena, mail);
	references = header_value(&support_parse(arena, mail)->headers, HDR_REFERENCES);
	for (size_t i = 0; i < references.len; i++)
		n += references.p[i] == '<';
	assert_int_equal(n, 11);
	assert_true(span_starts(references, SPAN_LIT("<0@x> <491@x>")) && span_ends(references, SPAN_LIT("<499@x> <last@x>")));
	arena_free(&arena);
}

static void fills_templates(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "{total} {learned} {known} {kept} {failed} {class}", "5 4 1 2 3 spam" },
		{ "{address}{unknown}{", "report-spam@example.net{unknown}{" },
		{ "{{total}}", "{5}" },
		{ "", NULL },
	};
	struct arena *arena = arena_new(0);
	struct report_settings s = settings();
	struct report_answer a = answer(&s, support_parse(arena, SPAN_LIT("From: a@b\n\nx")));

	(void)state;
	a.total = 5;
	a.learned = 4;
	a.known = 1;
	a.kept = 2;
	a.failed = 3;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct span got;

		s.text_en = span_of(rows[i].text);
		got = report_answer_text(arena, &a, REPORT_ENGLISH);
		if (rows[i].want != NULL ? !span_eq(got, span_of(rows[i].want)) : !span_has(got, SPAN_LIT("Learned as spam: 4.")))
			fail_msg("row %zu: %.*s", i, SPAN_ARG(got));
	}
	arena_free(&arena);
}

/* The steps of the reporter's own program come first. */
static void helps_by_program(void **state)
{
	static const struct {
		enum report_client client;
		struct span first;
	} rows[] = {
		{ REPORT_CLIENT_OUTLOOK, SPAN_LIT("Outlook:") }, { REPORT_CLIENT_THUNDERBIRD, SPAN_LIT("Thunderbird:") }, { REPORT_CLIENT_ZIMBRA, SPAN_LIT("Zimbra") },
		{ REPORT_CLIENT_APPLE, SPAN_LIT("Apple Mail:") }, { REPORT_CLIENT_UNKNOWN, SPAN_LIT("Zimbra") },
	};
	struct arena *arena = arena_new(0);
	struct report_settings s = settings();
	struct report_answer a = answer(&s, support_parse(arena, SPAN_LIT("From: a@b\n\nx")));

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (int language = 0; language < REPORT_LANGUAGES; language++) {
			struct span text, from;

			a.client = rows[i].client;
			text = report_answer_text(arena, &a, (enum report_language)language);
			from = span_from(text, span_find(text, language == REPORT_GERMAN ? SPAN_LIT("mehrere E-Mails enthalten.\n\n") : SPAN_LIT("one report.\n\n")));
			from = span_from(from, span_find(from, SPAN_LIT("\n\n")) + 2);
			if (!span_starts(from, rows[i].first))
				fail_msg("row %zu: %.*s", i, SPAN_ARG(text));
			assert_true(span_has(text, SPAN_LIT("Outlook")) && span_has(text, SPAN_LIT("Thunderbird")) && span_has(text, SPAN_LIT("Zimbra")));
			assert_false(span_has(text, SPAN_LIT("{")));
		}
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_rfc_3834), cmocka_unit_test(follows_settings), cmocka_unit_test(tells_languages), cmocka_unit_test(builds_correct_mail),
		cmocka_unit_test(keeps_threads_short), cmocka_unit_test(fills_templates), cmocka_unit_test(helps_by_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
