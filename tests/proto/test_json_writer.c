#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <cjson/cJSON.h>

#include "base/utf8.h"
#include "proto/json_writer.h"

static void assert_text(const struct buf *b, const char *want)
{
	assert_int_equal(b->len, strlen(want));
	assert_memory_equal(b->p, want, b->len);
}

static void test_nesting(void **state)
{
	struct buf b = BUF_INIT(NULL);
	struct json j = JSON_INIT(&b);

	(void)state;
	json_object(&j);
	json_name(&j, "a");
	json_array(&j);
	json_int(&j, 1);
	json_object(&j);
	json_object_end(&j);
	json_array(&j);
	json_array_end(&j);
	json_null(&j);
	json_array_end(&j);
	json_name(&j, "b");
	json_bool(&j, true);
	json_name(&j, "c");
	json_bool(&j, false);
	json_object_end(&j);
	assert_text(&b, "{\"a\":[1,{},[],null],\"b\":true,\"c\":false}");
	buf_free(&b);
}

static void test_numbers(void **state)
{
	struct buf b = BUF_INIT(NULL);
	struct json j = JSON_INIT(&b);

	(void)state;
	json_array(&j);
	json_int(&j, 0);
	json_int(&j, -1);
	json_int(&j, INT64_MIN);
	json_int(&j, INT64_MAX);
	json_milli(&j, 7200);
	json_milli(&j, -50);
	json_milli(&j, 0);
	json_milli(&j, 15000);
	json_milli(&j, 123456);
	json_milli(&j, 1);
	json_milli(&j, 10);
	json_milli(&j, -1000);
	json_milli(&j, INT32_MIN);
	json_seconds(&j, 0);
	json_seconds(&j, 1500);
	json_seconds(&j, 12345678);
	json_array_end(&j);
	assert_text(&b, "[0,-1,-9223372036854775808,9223372036854775807,7.2,-0.05,0,15,123.456,0.001,0.01,-1,-2147483.648,0.000000,0.001500,12.345678]");
	buf_free(&b);
}

static void test_strings(void **state)
{
	static const struct {
		struct span in;
		const char *want;
	} rows[] = {
		{ SPAN_LIT(""), "\"\"" },
		{ SPAN_LIT("plain"), "\"plain\"" },
		{ SPAN_LIT("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"" },
		{ SPAN_LIT("\b\t\n\f\r"), "\"\\b\\t\\n\\f\\r\"" },
		{ SPAN_LIT("\0\x01\x0b\x1f\x7f"), "\"\\u0000\\u0001\\u000b\\u001f\\u007f\"" },
		{ SPAN_LIT("gr\xc3\xbc\xc3\x9f"), "\"gr\xc3\xbc\xc3\x9f\"" },
		{ SPAN_LIT("\xf0\x9f\x98\x80"), "\"\xf0\x9f\x98\x80\"" },
		{ SPAN_LIT("\xff"), "\"\xef\xbf\xbd\"" },
		{ SPAN_LIT("a\xc3"), "\"a\xef\xbf\xbd\"" },
		{ SPAN_LIT("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ SPAN_LIT("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = BUF_INIT(NULL);
		struct json j = JSON_INIT(&b);

		json_str(&j, rows[i].in);
		assert_text(&b, rows[i].want);
		buf_free(&b);
	}
}

/* Whatever the bytes, another parser reads valid UTF-8 back; where they were valid, the same. */
static void test_every_byte(void **state)
{
	(void)state;
	for (unsigned first = 0; first < 256; first++) {
		for (unsigned second = 1; second < 256; second++) {
			const char bytes[3] = { (char)(first != 0 ? first : 1), (char)second, 'x' };
			struct buf b = BUF_INIT(NULL);
			struct json j = JSON_INIT(&b);
			cJSON *got;

			json_array(&j);
			json_str(&j, span_make(bytes, 3));
			json_array_end(&j);
			got = cJSON_ParseWithLength(b.p, b.len);
			assert_non_null(got);
			assert_true(utf8_valid(buf_span(&b)));
			if (utf8_valid(span_make(bytes, 3)))
				assert_memory_equal(cJSON_GetArrayItem(got, 0)->valuestring, bytes, 3);
			cJSON_Delete(got);
			buf_free(&b);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nesting), cmocka_unit_test(test_numbers), cmocka_unit_test(test_strings), cmocka_unit_test(test_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
