#include "cli/scan_print.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static double number_of(const cJSON *object, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsNumber(v) ? v->valuedouble : 0;
}

static const char *string_of(const cJSON *object, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsString(v) ? v->valuestring : "";
}

/* Terminals obey control characters: what came from a mail must not bring any (UTF-8 stays). */
static void print_clean(const char *s)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		/* C1 controls come as 0xc2 0x80..0x9f */
		if (c == 0xc2 && (unsigned char)s[1] >= 0x80 && (unsigned char)s[1] < 0xa0)
			printf("\\x%02x", (unsigned char)*++s);
		else if (c < 32 || c == 127)
			printf("\\x%02x", c);
		else
			putchar(c);
	}
}

static const char *color(const char *action)
{
	if (!isatty(STDOUT_FILENO))
		return "";
	return strcmp(action, "none") == 0 ? "\033[32m" : strcmp(action, "tag") == 0 ? "\033[33m" : "\033[31m";
}

static void print_action(const char *action)
{
	printf("%s%-8s%s", color(action), action, isatty(STDOUT_FILENO) ? "\033[0m" : "");
}

static int by_weight(const void *a, const void *b)
{
	double x = number_of(*(const cJSON *const *)a, "score"), y = number_of(*(const cJSON *const *)b, "score");

	return (x < y) - (x > y);
}

static void print_symbol(const cJSON *symbol)
{
	const cJSON *options = cJSON_GetObjectItemCaseSensitive(symbol, "options"), *option;

	printf("  %6.2f  %-28s ", number_of(symbol, "score"), string_of(symbol, "name"));
	print_clean(string_of(symbol, "description"));
	cJSON_ArrayForEach(option, options) {
		if (cJSON_IsString(option) && option->valuestring[0] != '\0') {
			fputs(" <", stdout);
			print_clean(option->valuestring);
			putchar('>');
		}
	}
	putchar('\n');
}

static void print_symbols(const cJSON *answer)
{
	const cJSON *symbols = cJSON_GetObjectItemCaseSensitive(answer, "symbols"), *s;
	int n = cJSON_GetArraySize(symbols), i = 0;
	const cJSON **v = calloc((size_t)n + 1, sizeof(*v));

	if (v == NULL)
		abort();
	cJSON_ArrayForEach(s, symbols)
		v[i++] = s;
	qsort(v, (size_t)n, sizeof(*v), by_weight);
	for (i = 0; i < n; i++)
		print_symbol(v[i]);
	free(v);
}

static void print_recipients(const cJSON *recipients)
{
	const cJSON *r;

	cJSON_ArrayForEach(r, recipients) {
		const char *action = string_of(r, "action");

		fputs("  ", stdout);
		print_action(action);
		printf(" %.2f of %.2f  ", number_of(r, "score"), number_of(r, "required"));
		print_clean(r->string);
		printf("  (%s)\n", string_of(r, "reason"));
	}
}

/* What the message as a whole gets; there may be no recipients. */
static enum action verdict_of(const cJSON *answer)
{
	enum action a;

	return action_parse(span_of(string_of(answer, "verdict")), &a) ? a : ACTION_NONE;
}

static enum action worst_action(const cJSON *answer)
{
	enum action worst = verdict_of(answer), a;
	const cJSON *r;

	cJSON_ArrayForEach(r, cJSON_GetObjectItemCaseSensitive(answer, "recipients")) {
		if (action_parse(span_of(string_of(r, "action")), &a) && a > worst)
			worst = a;
	}
	return worst;
}

/* The headline is what the message as a whole gets; with several recipients each has a line of its own below. */
static void print_readable(const char *path, const cJSON *answer)
{
	const cJSON *recipients = cJSON_GetObjectItemCaseSensitive(answer, "recipients");

	print_action(action_name(verdict_of(answer)));
	printf(" %6.2f  ", number_of(answer, "score"));
	print_clean(path);
	putchar('\n');
	print_symbols(answer);
	if (cJSON_GetArraySize(recipients) > 1)
		print_recipients(recipients);
}

static void print_json(const char *path, cJSON *answer)
{
	char *text;

	cJSON_AddStringToObject(answer, "file", path);
	text = cJSON_PrintUnformatted(answer);
	if (text == NULL)
		abort();
	puts(text);
	cJSON_free(text);
}

bool scan_print(const char *path, struct span json, bool as_json, enum action *worst, struct err *err_r)
{
	cJSON *answer = cJSON_ParseWithLength(json.p, json.len);
	enum action own;

	if (!cJSON_IsObject(answer)) {
		cJSON_Delete(answer);
		return err_set(err_r, "the answer is no JSON object");
	}
	own = worst_action(answer);
	if (own > *worst)
		*worst = own;
	if (as_json)
		print_json(path, answer);
	else
		print_readable(path, answer);
	cJSON_Delete(answer);
	return true;
}
