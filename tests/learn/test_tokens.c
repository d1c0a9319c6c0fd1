/* Features of messages: what counts as the same, what is apart, bounds, determinism. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "learn/tokens.h"

static const struct hash_key site = { 1, 2 }, other_site = { 3, 4 };

struct fixture {
	struct url_context *urls;
	struct tokens *tokens;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	message_init();
	f->urls = url_context_new();
	f->tokens = tokens_new(&site);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	url_context_free(&f->urls);
	tokens_free(&f->tokens);
	free(f);
	return 0;
}

/* Heap memory: as large as it is declared, so that sanitizers see what is beyond. */
static struct features *read_with(struct fixture *f, struct tokens *tokens, struct span raw, uint32_t without)
{
	struct features *features = malloc(sizeof(*features));
	struct arena *arena = arena_new(0);
	struct token_input in = { .message = message_parse(arena, raw, &message_limits_default, f->urls) };

	tokens_without(tokens, without);
	tokens_read(tokens, arena, &in, features);
	arena_free(&arena);
	return features;
}

/* Only the spaces named. */
static struct features *read_only(struct fixture *f, struct span raw, uint32_t spaces)
{
	return read_with(f, f->tokens, raw, ~spaces);
}

static const uint32_t *group_of(const struct features *f, unsigned group)
{
	const uint32_t *v = f->v;

	for (unsigned g = 0; g < group; g++)
		v += f->n[g];
	return v;
}

static unsigned count_shared(const struct features *a, const struct features *b, unsigned group)
{
	unsigned n = 0;

	for (unsigned i = 0; i < a->n[group]; i++) {
		for (unsigned j = 0; j < b->n[group]; j++)
			n += group_of(a, group)[i] == group_of(b, group)[j];
	}
	return n;
}

static struct span text_message(struct arena *arena, const char *text)
{
	return arena_printf(arena, "From: a@example.org\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n%s\n", text);
}

/* How many words a text has, and whether two texts have the same. */
static void test_words(void **state)
{
	static const struct {
		const char *text;
		unsigned words;
	} rows[] = {
		{ "", 0 }, { "one", 1 }, { "one two three", 3 }, { "one, two; three.", 3 }, { "don't mail.example.org a-b", 3 }, { "free!", 2 }, { "$100 100%", 4 - 1 },
		{ "one one ONE", 1 }, { "Привет мир", 2 }, { "Ελλάδα και", 2 }, { "日本語", 2 }, { "日", 1 }, { "日本語テスト", 5 }, { "日本。語学", 2 }, { "ภาษาไทย", 6 }, { "한국어 시험", 2 },
		{ "mail 日本語 mail", 3 }, { "«мир»", 1 }, { "…—–", 0 }, { "مرحبا، عالم", 2 }, { "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff", 1 },
	};
	struct arena *arena = arena_new(0);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct features *f = read_only(*state, text_message(arena, rows[i].text), 1u << TOKEN_WORD);

		if (f->n[FEATURES_TEXT] != rows[i].words)
			fail_msg("\"%s\": %u words instead of %u", rows[i].text, f->n[FEATURES_TEXT], rows[i].words);
		free(f);
	}
	arena_free(&arena);
}

static void test_same_words(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "Viagra now", "VIAGRA NOW", true }, { "viagra", "v\xc2\xadi\xe2\x80\x8b" "agra", true }, { "paypal", "pаypаl", true }, { "Größe", "GROSSE", true }, { "МИР", "мир", true },
		{ "ＦＵＬＬ width", "full width", true }, { "one two", "two one", false }, { "one", "two", false }, { "日本", "本日", false },
	};
	struct arena *arena = arena_new(0);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct features *a = read_only(*state, text_message(arena, rows[i].a), 1u << TOKEN_WORD | 1u << TOKEN_PAIR), *b;
		bool same;

		b = read_only(*state, text_message(arena, rows[i].b), 1u << TOKEN_WORD | 1u << TOKEN_PAIR);
		same = a->n[FEATURES_TEXT] == b->n[FEATURES_TEXT] && count_shared(a, b, FEATURES_TEXT) == a->n[FEATURES_TEXT];
		if (same != rows[i].same)
			fail_msg("\"%s\" and \"%s\"", rows[i].a, rows[i].b);
		free(a);
		free(b);
	}
	arena_free(&arena);
}

static const char html_message[] =
	"From: a@example.org\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<p>visible offer <a href=\"http://shop.example.com/buy/now.php?id=1\">here</a></p>"
	"<div style=\"display:none\">meeting agenda minutes</div>\n";

/* Hidden words are no words of the text. */
static void test_hidden(void **state)
{
	struct arena *arena = arena_new(0);
	struct features *hidden = read_only(*state, span_of(html_message), 1u << TOKEN_HIDDEN), *text = read_only(*state, span_of(html_message), 1u << TOKEN_WORD);
	struct features *plain = read_only(*state, text_message(arena, "meeting agenda minutes"), 1u << TOKEN_WORD);

	assert_true(hidden->n[FEATURES_TEXT] >= 3);
	assert_int_equal(text->n[FEATURES_TEXT], 3);
	assert_int_equal(count_shared(text, plain, FEATURES_TEXT), 0);
	assert_int_equal(count_shared(hidden, plain, FEATURES_TEXT), 0);
	free(hidden);
	free(text);
	free(plain);
	arena_free(&arena);
}

/* Each space has something to say about a message made for it. */
static void test_spaces(void **state)
{
	static const char message[] =
		"Return-Path: <bounce@list.example.net>\nReceived: from mx.example.net (mx.example.net [192.0.2.7]) by in.example.org with ESMTP id 123; Mon, 6 Oct 2025 10:00:00 +0200\n"
		"From: \"Shop\" <shop@example.com>\nTo: b@example.org\nSubject: winter sale\nDate: Mon, 6 Oct 2025 10:00:00 +0200\nMessage-ID: <abc.123@example.com>\nX-Mailer: Mailer 1.0\nList-Id: <x.example.net>\n"
		"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b1\"\n\n--b1\nContent-Type: text/html\n\n<table width=100><tr><td>a b c d e</td></tr></table><a href=\"http://www.example.com/a/b.php?c=d\">go</a>"
		"<span style=\"display:none\">secret words</span>\n--b1\nContent-Type: application/pdf; name=\"invoice-1.pdf\"\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQKMSAwIG9iago8PC9Qcm9kdWNlciAoTWFrZXIpPj4K\n--b1--\n";

	for (unsigned s = 0; s < TOKEN_SPACES; s++) {
		struct features *f = read_only(*state, span_of(message), 1u << s);

		if (s != TOKEN_HIT && features_count(f) == 0)
			fail_msg("no feature in the space %s", token_space_name((enum token_space)s));
		assert_true(strlen(token_space_doc((enum token_space)s)) > 10);
		free(f);
	}
}

/* A message of nothing but an image or a PDF still has features of its own. */
static void test_attachment_only(void **state)
{
	static const char head[] = "From: a@example.org\nSubject:\nMIME-Version: 1.0\nContent-Type: application/pdf; name=\"%s\"\nContent-Transfer-Encoding: base64\n\n%s\n";
	struct arena *arena = arena_new(0);
	struct features *a = read_only(*state, arena_printf(arena, head, "invoice.pdf", "JVBERi0xLjQKMSAwIG9iago8PC9Qcm9kdWNlciAoTWFrZXIpPj4K"), 1u << TOKEN_ATTACHMENT);
	struct features *b = read_only(*state, arena_printf(arena, head, "holiday.pdf", "JVBERi0xLjcKMSAwIG9iago8PC9Qcm9kdWNlciAoT3RoZXIpPj4KAAAA"), 1u << TOKEN_ATTACHMENT);

	assert_true(a->n[FEATURES_FORM] >= 8);
	assert_true(count_shared(a, b, FEATURES_FORM) < a->n[FEATURES_FORM]);
	assert_true(count_shared(a, b, FEATURES_FORM) > 0);
	free(a);
	free(b);
	arena_free(&arena);
}

/* What is written at delivery or by filters, and dates, changes nothing. */
static void test_ignored_headers(void **state)
{
	static const char body[] = "From: a@example.org\nSubject: x\n\ntext\n";
	static const char *const rows[] = { "X-Spam-Status: No, score=1\n", "X-Winnow: id=1\n", "Status: RO\n", "Delivered-To: b@example.org\n", "X-Mozilla-Keys: \n", "Authentication-Results: x; spf=pass\n" };
	const uint32_t header = 1u << TOKEN_HEADER_NAME | 1u << TOKEN_HEADER_VALUE | 1u << TOKEN_ADDRESS | 1u << TOKEN_RECEIVED | 1u << TOKEN_ENVELOPE | 1u << TOKEN_GRAM_HEADER;
	struct arena *arena = arena_new(0);
	struct features *plain = read_only(*state, span_of(body), header);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct features *f = read_only(*state, arena_printf(arena, "%s%s", rows[i], body), header);

		if (features_count(f) != features_count(plain))
			fail_msg("%s adds %d features", rows[i], (int)features_count(f) - (int)features_count(plain));
		free(f);
	}
	free(plain);
	arena_free(&arena);
}

static struct span long_message(struct arena *arena, unsigned seed, size_t words)
{
	struct buf b = BUF_INIT(arena);

	buf_str(&b, "From: a@example.org\nSubject: long\nContent-Type: text/plain\n\nfirstword ");
	for (size_t i = 0; i < words; i++) {
		seed = seed * 1103515245 + 12345;
		buf_printf(&b, "w%x%s", seed >> 8, i % 10 == 9 ? "\n" : " ");
	}
	buf_str(&b, "\nlastword\n");
	return buf_span(&b);
}

/* However long: within bounds, no feature twice, none 0, the beginning and the end are there, the same every time; other keys, other features. */
static void test_bounds(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = arena_new(0);
	struct span raw = long_message(arena, 1, 20000);
	struct tokens *again = tokens_new(&site), *other = tokens_new(&other_site);
	struct features *f = read_with(fixture, fixture->tokens, raw, 0), *same = read_with(fixture, again, raw, 0), *apart = read_with(fixture, other, raw, 0);
	struct features *words = read_only(fixture, raw, 1u << TOKEN_WORD), *ends = read_only(fixture, text_message(arena, "firstword lastword"), 1u << TOKEN_WORD);

	assert_int_equal(f->n[FEATURES_TEXT], FEATURES_TEXT_MAX);
	assert_int_equal(f->n[FEATURES_GRAM_TEXT], FEATURES_GRAM_TEXT_MAX);
	for (unsigned g = 0; g < FEATURES_GROUPS; g++) {
		assert_int_equal(count_shared(f, f, g), f->n[g]);
		for (unsigned i = 0; i < f->n[g]; i++)
			assert_true(group_of(f, g)[i] != 0);
	}
	assert_int_equal(count_shared(words, ends, FEATURES_TEXT), 2);
	assert_memory_equal(f->n, same->n, sizeof(f->n));
	assert_memory_equal(f->v, same->v, features_count(f) * sizeof(f->v[0]));
	assert_true(count_shared(f, apart, FEATURES_TEXT) < 3);
	free(f);
	free(same);
	free(apart);
	free(words);
	free(ends);
	tokens_free(&again);
	tokens_free(&other);
	arena_free(&arena);
}

static void test_hits(void **state)
{
	static const struct span hits[] = { SPAN_LIT("HELO_BAD"), SPAN_LIT("SPF_FAIL") };
	struct fixture *fixture = *state;
	struct features *f = malloc(sizeof(*f));
	struct arena *arena = arena_new(0);
	struct token_input in = { .message = message_parse(arena, text_message(arena, "x"), &message_limits_default, fixture->urls), .hits = hits, .nhits = 2 };

	tokens_without(fixture->tokens, ~(1u << TOKEN_HIT));
	tokens_read(fixture->tokens, arena, &in, f);
	assert_int_equal(f->n[FEATURES_FORM], 2);
	free(f);
	arena_free(&arena);
}

/* The feature space is versioned: whoever changes it meets this. The numbers are those of FEATURES_VERSION 1. */
static void test_version(void **state)
{
	static const char message[] =
		"From: Shop <shop@example.com>\nSubject: winter sale\nDate: Mon, 6 Oct 2025 10:00:00 +0200\nMessage-ID: <abc.123@example.com>\nContent-Type: text/plain; charset=us-ascii\n\nbuy now at http://www.example.com/a/b.php?c=d today\n";
	struct fixture *fixture = *state;
	struct features *f = read_with(fixture, fixture->tokens, span_of(message), 0);
	static const struct hash_key none;
	uint64_t got = hash_span(&none, span_make((const char *)f->v, features_count(f) * sizeof(f->v[0])));

	assert_int_equal(FEATURES_VERSION, 1);
	if (got != 0x592b6fea73da0becu)
		fail_msg("0x%llx: other features than version %d had: raise FEATURES_VERSION", (unsigned long long)got, FEATURES_VERSION);
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),      cmocka_unit_test(test_same_words),      cmocka_unit_test(test_hidden), cmocka_unit_test(test_spaces),
		cmocka_unit_test(test_attachment_only), cmocka_unit_test(test_ignored_headers), cmocka_unit_test(test_bounds), cmocka_unit_test(test_hits),
		cmocka_unit_test(test_version),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
