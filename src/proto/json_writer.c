#include "proto/json_writer.h"

#include <assert.h>

#include "base/milli.h"
#include "base/utf8.h"

/* What a byte needs: 0 nothing, 'u' \u00XX, '8' a look at the UTF-8 sequence, else the letter behind the backslash. */
static const char needs[256] = {
	[0 ... 7] = 'u', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\v'] = 'u', ['\f'] = 'f', ['\r'] = 'r', [14 ... 31] = 'u',
	['"'] = '"', ['\\'] = '\\', [127] = 'u', [128 ... 255] = '8',
};

static void before_value(struct json *j)
{
	uint64_t bit = (uint64_t)1 << j->depth;

	if (j->after_key) {
		j->after_key = false;
		return;
	}
	if ((j->has & bit) != 0)
		buf_char(j->out, ',');
	j->has |= bit;
}

static void open_container(struct json *j, char c)
{
	before_value(j);
	buf_char(j->out, c);
	assert(j->depth < JSON_DEPTH_MAX);
	j->depth++;
	j->has &= ~((uint64_t)1 << j->depth);
}

static void close_container(struct json *j, char c)
{
	assert(j->depth > 0 && !j->after_key);
	j->depth--;
	buf_char(j->out, c);
}

void json_object(struct json *j)
{
	open_container(j, '{');
}

void json_object_end(struct json *j)
{
	close_container(j, '}');
}

void json_array(struct json *j)
{
	open_container(j, '[');
}

void json_array_end(struct json *j)
{
	close_container(j, ']');
}

static void put_escape(struct buf *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	const char u[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
	const char two[2] = { '\\', needs[c] };

	buf_add(out, needs[c] == 'u' ? span_make(u, sizeof(u)) : span_make(two, sizeof(two)));
}

static void put_string(struct buf *out, struct span s)
{
	size_t from = 0, i = 0, taken;

	buf_char(out, '"');
	while (i < s.len) {
		unsigned char c = (unsigned char)s.p[i];

		if (needs[c] == 0) {
			i++;
			continue;
		}
		taken = 1;
		if (needs[c] == '8' && utf8_next(span_from(s, i), &taken) != UTF8_BAD) {
			i += taken;
			continue;
		}
		buf_add(out, span_make(s.p + from, i - from));
		if (needs[c] == '8')
			buf_str(out, "\xef\xbf\xbd");
		else
			put_escape(out, c);
		i += taken;
		from = i;
	}
	if (from < s.len)
		buf_add(out, span_make(s.p + from, s.len - from));
	buf_char(out, '"');
}

void json_key(struct json *j, struct span name)
{
	before_value(j);
	put_string(j->out, name);
	buf_char(j->out, ':');
	j->after_key = true;
}

void json_str(struct json *j, struct span s)
{
	before_value(j);
	put_string(j->out, s);
}

/* Digits in front of *end, at least "min" of them; moves *end down. A reply holds a hundred numbers: printf would cost more than all the rest. */
static void put_digits(char **end, uint64_t u, unsigned min)
{
	for (; u != 0 || min != 0; u /= 10) {
		*--*end = (char)('0' + u % 10);
		min -= min != 0;
	}
}

static void put_number(struct json *j, const char *from, const char *end)
{
	before_value(j);
	buf_add(j->out, span_range(from, end));
}

static uint64_t magnitude(int64_t v)
{
	return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

void json_int(struct json *j, int64_t v)
{
	char digits[24], *at = digits + sizeof(digits);

	put_digits(&at, magnitude(v), 1);
	if (v < 0)
		*--at = '-';
	put_number(j, at, digits + sizeof(digits));
}

void json_bool(struct json *j, bool v)
{
	before_value(j);
	buf_str(j->out, v ? "true" : "false");
}

void json_null(struct json *j)
{
	before_value(j);
	buf_str(j->out, "null");
}

void json_milli(struct json *j, int32_t v)
{
	char text[16];

	before_value(j);
	buf_str(j->out, milli_text(v, 0, 3, text));
}

void json_seconds(struct json *j, int64_t us)
{
	char digits[32], *end = digits + sizeof(digits), *at = end;

	assert(us >= 0);
	put_digits(&at, (uint64_t)us % 1000000, 6);
	*--at = '.';
	put_digits(&at, (uint64_t)us / 1000000, 1);
	put_number(j, at, end);
}
