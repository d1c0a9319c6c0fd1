#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <cjson/cJSON.h>

#include "base/utf8.h"
#include "proto/http_reply.h"

/* Two recipients of one mail: A is a hit for both, B for the second one only, C has evidence that is no text. */
struct world {
	struct arena *arena;
	struct symbol_table table;
	struct profile_settings settings[2];
	struct profile profile[2];
	struct rcptsets sets;
	struct scan scan;
	struct message msg;
	struct transaction tx;
	struct wish wishes[2];
	struct fate fates[2];
	struct edit edits[8];
	struct outcome out;
};

static const struct symbol symbol_a = { "SYM_A", "content", 2500, "First \"one\"", ACTION_NONE };
static const struct symbol symbol_b = { "SYM_B", "lists", 1000, "Second", ACTION_NONE };
static const struct symbol symbol_c = { "SYM_C", "policy", -50, "Third", ACTION_NONE };
static const struct symbol *symbols[] = { &symbol_a, &symbol_b, &symbol_c };
static const score_t weights[2][3] = { { 2500, 1000, -50 }, { 3000, 1500, -50 } };

static int make_world(void **state)
{
	static struct hit hits[5];
	struct world *w = test_calloc(1, sizeof(*w));
	const size_t second = 1;

	w->arena = arena_new(0);
	w->tx.arena = w->arena;
	memcpy(w->tx.id, "0123456789ABC", 14);
	w->table.v = symbols;
	w->table.n = 3;
	rcptsets_init(&w->sets, w->arena, 2);
	hits[0] = (struct hit){ 0, RCPT_ALL, 1000, SPAN_LIT("evidence") };
	hits[1] = (struct hit){ 1, rcptset_make(&w->sets, &second, 1), 1000, SPAN_LIT("") };
	hits[2] = (struct hit){ 2, RCPT_ALL, 1000, SPAN_LIT("\xff\"\n<script>") };
	hits[3] = (struct hit){ 0, hits[1].to, 500, SPAN_LIT("more") };
	w->scan.hits = (struct hits){ &w->table, &w->sets, hits, 4, 4 };
	w->scan.tx = &w->tx;
	for (int i = 0; i < 2; i++) {
		w->profile[i] = (struct profile){ &w->settings[i], { 0, 6000, 8000, SCORE_OFF, SCORE_OFF, SCORE_OFF, SCORE_OFF, 15000 }, weights[i], NULL };
		w->wishes[i].profile = &w->profile[i];
		w->wishes[i].v = (struct verdict){ .action = ACTION_TAG, .would = ACTION_TAG, .score = 6450, .required = 6000 };
		w->fates[i] = (struct fate){ ACTION_TAG, WHY_SCORE, SPAN_NONE };
	}
	w->wishes[0].rcpt = SPAN_LIT("a@test.local");
	w->wishes[1].rcpt = SPAN_LIT("b\"@test.local");
	w->out = (struct outcome){ .scan = &w->scan, .wishes = w->wishes, .nwishes = 2, .profile = &w->profile[0] };
	w->out.reply = (struct reply){ .action = ACTION_TAG, .score = 6450, .required = 6000, .fate = w->fates, .edits = { w->edits, 0, 8 } };
	*state = w;
	return 0;
}

static int free_world(void **state)
{
	struct world *w = *state;

	arena_free(&w->arena);
	test_free(w);
	return 0;
}

static cJSON *reply(struct world *w, bool under_default)
{
	struct buf b = BUF_INIT(w->arena);
	cJSON *json;

	http_reply_json(&b, &w->tx, &w->out, 1500, under_default);
	assert_true(utf8_valid(buf_span(&b)));
	json = cJSON_ParseWithLength(b.p, b.len);
	assert_non_null(json);
	return json;
}

/* "a/b/0" */
static const cJSON *at(const cJSON *json, const char *path)
{
	struct span rest = span_of(path);

	while (json != NULL && rest.p != NULL) {
		struct span name = span_split(&rest, '/');
		char key[64];
		uint64_t index;

		snprintf(key, sizeof(key), "%.*s", SPAN_ARG(name));
		json = cJSON_IsArray(json) && span_uint(name, 1000, &index) ? cJSON_GetArrayItem(json, (int)index) : cJSON_GetObjectItemCaseSensitive(json, key);
	}
	return json;
}

static void assert_str(const cJSON *json, const char *path, const char *want)
{
	assert_non_null(at(json, path));
	assert_true(cJSON_IsString(at(json, path)));
	assert_string_equal(at(json, path)->valuestring, want);
}

static void assert_num(const cJSON *json, const char *path, double want)
{
	assert_non_null(at(json, path));
	assert_true(cJSON_IsNumber(at(json, path)));
	assert_true(at(json, path)->valuedouble == want);
}

static void test_shape(void **state)
{
	cJSON *json = reply(*state, false);

	assert_true(cJSON_IsFalse(at(json, "is_skipped")));
	assert_null(at(json, "is_spam"));
	assert_num(json, "score", 6.45);
	assert_num(json, "required_score", 15);
	assert_str(json, "verdict", "tag");
	assert_str(json, "action", "add header");
	assert_num(json, "thresholds/reject", 15);
	assert_num(json, "thresholds/add header", 6);
	assert_null(at(json, "thresholds/soft reject"));
	assert_null(at(json, "thresholds/rewrite subject"));
	assert_str(json, "id", "0123456789ABC");
	assert_str(json, "message-id", "undef");
	assert_num(json, "time_real", 0.0015);
	assert_int_equal(cJSON_GetArraySize(at(json, "urls")), 0);
	assert_int_equal(cJSON_GetArraySize(at(json, "emails")), 0);
	assert_non_null(at(json, "messages"));
	assert_null(at(json, "milter"));
	assert_null(at(json, "subject"));
	cJSON_Delete(json);
}

static void test_symbols(void **state)
{
	cJSON *json = reply(*state, false);

	assert_int_equal(cJSON_GetArraySize(at(json, "symbols")), 3);
	assert_str(json, "symbols/SYM_A/name", "SYM_A");
	assert_num(json, "symbols/SYM_A/score", 2.5);
	assert_num(json, "symbols/SYM_A/metric_score", 2.5);
	assert_str(json, "symbols/SYM_A/description", "First \"one\"");
	assert_int_equal(cJSON_GetArraySize(at(json, "symbols/SYM_A/options")), 2);
	assert_str(json, "symbols/SYM_A/options/1", "more");
	assert_null(at(json, "symbols/SYM_B/options"));
	assert_str(json, "symbols/SYM_C/options/0", "\xef\xbf\xbd\"\n<script>");
	/* Each recipient by his own weights and his own hits. */
	assert_num(json, "recipients/a@test.local/symbols/SYM_A", 2.5);
	assert_null(at(json, "recipients/a@test.local/symbols/SYM_B"));
	assert_num(json, "recipients/a@test.local/symbols/SYM_C", -0.05);
	assert_num(json, "recipients/b\"@test.local/symbols/SYM_A", 4.5);
	assert_num(json, "recipients/b\"@test.local/symbols/SYM_B", 1.5);
	cJSON_Delete(json);
}

static void test_recipients(void **state)
{
	struct world *w = *state;
	cJSON *json;

	w->fates[1] = (struct fate){ ACTION_JUNK, WHY_MIXED, SPAN_LIT("b+junk@test.local") };
	w->wishes[1].v.would = ACTION_REJECT;
	json = reply(w, false);
	assert_str(json, "recipients/a@test.local/action", "tag");
	assert_str(json, "recipients/a@test.local/reason", "score");
	assert_num(json, "recipients/a@test.local/score", 6.45);
	assert_num(json, "recipients/a@test.local/required", 6);
	assert_null(at(json, "recipients/a@test.local/would"));
	assert_null(at(json, "recipients/a@test.local/to"));
	assert_str(json, "recipients/b\"@test.local/action", "junk");
	assert_str(json, "recipients/b\"@test.local/reason", "mixed");
	assert_str(json, "recipients/b\"@test.local/would", "reject");
	assert_str(json, "recipients/b\"@test.local/to", "b+junk@test.local");
	cJSON_Delete(json);

	/* The same recipient twice is one member; an unknown envelope is none. */
	w->wishes[1].rcpt = w->wishes[0].rcpt;
	json = reply(w, false);
	assert_int_equal(cJSON_GetArraySize(at(json, "recipients")), 1);
	cJSON_Delete(json);
	w->out.nwishes = 1;
	w->wishes[0].rcpt = SPAN_NONE;
	json = reply(w, false);
	assert_int_equal(cJSON_GetArraySize(at(json, "recipients")), 0);
	cJSON_Delete(json);
}

static void test_old_form(void **state)
{
	cJSON *json = reply(*state, true);

	assert_true(cJSON_IsTrue(at(json, "default/is_spam")));
	assert_num(json, "default/score", 6.45);
	assert_num(json, "default/SYM_A/score", 2.5);
	assert_null(at(json, "symbols"));
	assert_null(at(json, "score"));
	assert_str(json, "message-id", "undef");
	cJSON_Delete(json);
}

static void test_actions(void **state)
{
	static const struct {
		enum action action;
		enum reply_code code;
		bool subject_changed, quarantine;
		const char *text, *want, *message, *milter;
	} rows[] = {
		{ ACTION_NONE, REPLY_ACCEPT, false, false, "", "no action", NULL, NULL },
		{ ACTION_TAG, REPLY_ACCEPT, false, false, "", "add header", NULL, NULL },
		{ ACTION_TAG, REPLY_ACCEPT, true, false, "", "rewrite subject", NULL, NULL },
		{ ACTION_JUNK, REPLY_ACCEPT, false, false, "", "add header", NULL, NULL },
		{ ACTION_REDIRECT, REPLY_ACCEPT, false, false, "", "add header", NULL, NULL },
		{ ACTION_DISCARD, REPLY_DISCARD, false, false, "", "discard", NULL, "discard" },
		{ ACTION_HOLD, REPLY_ACCEPT, false, true, "", "quarantine", NULL, "quarantine" },
		{ ACTION_DEFER, REPLY_TEMPFAIL, false, false, "4.7.1 Try again later (id X)", "soft reject", "Try again later (id X)", NULL },
		{ ACTION_REJECT, REPLY_REJECT, false, false, "5.7.1 Refused (id X)", "reject", "Refused (id X)", NULL },
		{ ACTION_REJECT, REPLY_REJECT, false, false, "5.7.1", "reject", "5.7.1", NULL },
		{ ACTION_REJECT, REPLY_REJECT, false, false, "no code", "reject", "no code", NULL },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reply *r = &w->out.reply;
		cJSON *json;

		r->action = rows[i].action;
		r->code = rows[i].code;
		r->subject_changed = rows[i].subject_changed;
		r->quarantine = rows[i].quarantine;
		r->text = span_of(rows[i].text);
		json = reply(w, false);
		assert_str(json, "action", rows[i].want);
		assert_str(json, "verdict", action_name(rows[i].action));
		assert_int_equal(at(json, "messages/smtp_message") != NULL, rows[i].message != NULL);
		if (rows[i].message != NULL)
			assert_str(json, "messages/smtp_message", rows[i].message);
		assert_int_equal(at(json, "milter/reject") != NULL, rows[i].milter != NULL);
		if (rows[i].milter != NULL)
			assert_str(json, "milter/reject", rows[i].milter);
		cJSON_Delete(json);
	}
}

static void test_edits(void **state)
{
	struct world *w = *state;
	cJSON *json;

	w->edits[0] = (struct edit){ EDIT_ADD_RCPT, SPAN_LIT("a+junk@test.local"), SPAN_NONE, 0, 0 };
	w->edits[1] = (struct edit){ EDIT_DELETE_RCPT, SPAN_LIT("a@test.local"), SPAN_NONE, 0, 0 };
	w->edits[2] = (struct edit){ EDIT_DELETE_HEADER, SPAN_LIT("X-Spam"), SPAN_NONE, 2, 0 };
	w->edits[3] = (struct edit){ EDIT_DELETE_HEADER, SPAN_LIT("x-spam"), SPAN_NONE, 1, 0 };
	w->edits[4] = (struct edit){ EDIT_CHANGE_HEADER, SPAN_LIT("X-Y"), SPAN_LIT("new"), 1, 0 };
	w->edits[5] = (struct edit){ EDIT_CHANGE_HEADER, SPAN_LIT("Subject"), SPAN_LIT("[S] a\r\n b"), 1, 0 };
	w->edits[6] = (struct edit){ EDIT_INSERT_HEADER, SPAN_LIT("X-Spam"), SPAN_LIT("Yes"), 0, 0 };
	w->edits[7] = (struct edit){ EDIT_ADD_HEADER, SPAN_LIT("X-Spam"), SPAN_LIT("more\n\t\xff"), 0, 0 };
	w->out.reply.edits.n = 8;
	w->out.reply.subject_changed = true;
	json = reply(w, false);
	assert_str(json, "milter/add_rcpt/0", "a+junk@test.local");
	assert_str(json, "milter/del_rcpt/0", "a@test.local");
	/* Several of one name: all of them. */
	assert_num(json, "milter/remove_headers/X-Spam", 0);
	assert_num(json, "milter/remove_headers/X-Y", 1);
	assert_str(json, "milter/add_headers/X-Y/value", "new");
	assert_num(json, "milter/add_headers/X-Y/order", -1);
	assert_str(json, "milter/add_headers/X-Spam/0/value", "Yes");
	assert_num(json, "milter/add_headers/X-Spam/0/order", 0);
	assert_str(json, "milter/add_headers/X-Spam/1/value", "more\n\t\xef\xbf\xbd");
	assert_null(at(json, "milter/add_headers/Subject"));
	assert_null(at(json, "milter/remove_headers/Subject"));
	assert_str(json, "subject", "[S] a b");
	cJSON_Delete(json);
}

static void test_links(void **state)
{
	struct world *w = *state;
	struct link links[] = {
		{ .url = { .host_ascii = SPAN_LIT("www.example.com") } },
		{ .url = { .host_ascii = SPAN_LIT("WWW.example.com") } },
		{ .url = { .host_ascii = SPAN_LIT("example.com"), .user = SPAN_LIT("joe"), .flags = URL_MAILTO } },
		{ .url = { .flags = URL_HOST_BAD } },
		{ .url = { .host_ascii = SPAN_LIT("xn--bcher-kva.example") } },
	};
	cJSON *json;

	for (int i = 0; i < HDR_N; i++)
		w->msg.headers.first[i] = -1;
	w->msg.links = links;
	w->msg.nlinks = sizeof(links) / sizeof(links[0]);
	w->scan.msg = &w->msg;
	json = reply(w, false);
	assert_int_equal(cJSON_GetArraySize(at(json, "urls")), 2);
	assert_str(json, "urls/0", "www.example.com");
	assert_str(json, "urls/1", "xn--bcher-kva.example");
	assert_int_equal(cJSON_GetArraySize(at(json, "emails")), 1);
	assert_str(json, "emails/0", "joe@example.com");
	cJSON_Delete(json);
}

/* Rejection switched off: what then is the most severe; nothing at all: what the verdict says. */
static void test_required(void **state)
{
	struct world *w = *state;
	cJSON *json;

	w->profile[0].at[ACTION_REJECT] = SCORE_OFF;
	json = reply(w, false);
	assert_num(json, "required_score", 8);
	assert_null(at(json, "thresholds/reject"));
	cJSON_Delete(json);
	w->profile[0].at[ACTION_JUNK] = w->profile[0].at[ACTION_TAG] = SCORE_OFF;
	json = reply(w, false);
	assert_num(json, "required_score", 6);
	cJSON_Delete(json);
}

/* A message that was not scanned: no symbols, and it says so. */
static void test_not_scanned(void **state)
{
	struct world *w = *state;
	cJSON *json;

	w->out.scan = NULL;
	json = reply(w, false);
	assert_true(cJSON_IsTrue(at(json, "is_skipped")));
	assert_int_equal(cJSON_GetArraySize(at(json, "symbols")), 0);
	cJSON_Delete(json);
}

static void test_rspamc(void **state)
{
	struct world *w = *state;
	struct buf b = BUF_INIT(w->arena);
	static const char want[] = "RSPAMD/1.3 0 EX_OK\r\nMetric: default; True; 6.45 / 6.00 / 15.00\r\nAction: add header\r\nSymbol: SYM_A(2.50)\r\n"
				   "Symbol: SYM_B(1.00)\r\nSymbol: SYM_C(-0.05)\r\nMessage-ID: undef\r\nLog-ID: 0123456789ABC\r\n";

	http_reply_rspamc(&b, &w->tx, &w->out);
	assert_int_equal(b.len, strlen(want));
	assert_memory_equal(b.p, want, b.len);
}

/* Exim reads no more than it has room for. */
static void test_rspamc_limit(void **state)
{
	static struct symbol many[2000];
	static const struct symbol *table[2000];
	static score_t many_weights[2000];
	static struct hit hits[2000];
	struct world *w = *state;
	struct buf b = BUF_INIT(w->arena);

	for (uint16_t i = 0; i < 2000; i++) {
		many[i] = symbol_a;
		table[i] = &many[i];
		hits[i] = (struct hit){ i, RCPT_ALL, 1000, SPAN_NONE };
	}
	w->table.v = table;
	w->table.n = 2000;
	w->profile[0].weights = many_weights;
	w->scan.hits.v = hits;
	w->scan.hits.n = 2000;
	http_reply_rspamc(&b, &w->tx, &w->out);
	assert_true(b.len <= RSPAMC_REPLY_MAX && b.len > RSPAMC_REPLY_MAX - 100);
	assert_true(span_ends(buf_span(&b), SPAN_LIT("\r\n")));
}

static void test_error(void **state)
{
	struct buf b = BUF_INIT(NULL);
	cJSON *json;

	(void)state;
	http_reply_error(&b, "no \"such\" path");
	json = cJSON_ParseWithLength(b.p, b.len);
	assert_str(json, "error", "no \"such\" path");
	assert_str(json, "error_domain", "http");
	cJSON_Delete(json);
	buf_free(&b);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, make_world, free_world)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_shape),       TEST(test_symbols), TEST(test_recipients),  TEST(test_old_form), TEST(test_actions),
		TEST(test_edits),       TEST(test_links), TEST(test_required),   TEST(test_not_scanned), TEST(test_rspamc),   TEST(test_rspamc_limit),
		cmocka_unit_test(test_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
