/* Lists: the first line is a value, the rest a file. What is found is an entry of the file, and every plain entry finds itself. */
#include <stdlib.h>

#include "base/ascii.h"
#include "match/list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check_itself(const struct list *list, struct regex_memory *memory, struct span line)
{
	struct span entry = SPAN_NONE;

	line = span_trim(line);
	for (size_t i = 0; i < line.len; i++) {
		if (!ascii_isalnum(line.p[i]))
			return;
	}
	if (line.len != 0) {
		require(list_has(list, memory, line, &entry));
		require(span_case_eq(entry, line));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct regex_memory *memory = regex_memory_new();
	struct span rest = span_make((const char *)data, size), value = span_split(&rest, '\n'), entry = SPAN_NONE;
	struct list *list = list_new(arena);
	struct err err = { "" };
	struct ip ip;
	bool ok = list_add_text(list, rest, "f", &err);

	require(ok || (err.text[0] == 'f' && err.text[1] == ':'));
	if (list_has(list, memory, value, &entry))
		require(span_has(rest, entry) && entry.len != 0);
	if (ip_parse(value, &ip) && list_has_ip(list, &ip, &entry))
		require(span_has(rest, entry) && entry.len != 0);
	while (ok && rest.p != NULL)
		check_itself(list, memory, span_split(&rest, '\n'));
	regex_memory_free(&memory);
	arena_free(&arena);
	return 0;
}
