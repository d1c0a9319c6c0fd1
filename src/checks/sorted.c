#include "checks/sorted.h"

#include "base/ascii.h"

#define LABELS_MAX 32

static const char *name_at(const void *table, size_t size, size_t i)
{
	return *(const char *const *)(const void *)((const char *)table + i * size);
}

/* Order of a name of the table and a key in any case. */
static int compare(const char *name, struct span key)
{
	for (size_t i = 0; i < key.len; i++) {
		int a = (unsigned char)name[i], b = (unsigned char)ascii_tolower(key.p[i]);

		if (a != b)
			return a - b;
		if (a == 0)
			return -1; /* the name is over, the key has a NUL */
	}
	return name[key.len] != '\0';
}

size_t sorted_index(const void *table, size_t n, size_t size, struct span key)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(name_at(table, size, middle), key);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return SPAN_NPOS;
}

size_t sorted_index_domain(const void *table, size_t n, size_t size, struct span host)
{
	for (int i = 0; i < LABELS_MAX && host.len != 0; i++) {
		size_t found = sorted_index(table, n, size, host);
		size_t dot;

		if (found != SPAN_NPOS)
			return found;
		dot = span_chr(host, '.');
		if (dot == SPAN_NPOS)
			break;
		host = span_from(host, dot + 1);
	}
	return SPAN_NPOS;
}

bool sorted_is(const void *table, size_t n, size_t size)
{
	for (size_t i = 1; i < n; i++) {
		if (compare(name_at(table, size, i - 1), span_of(name_at(table, size, i))) >= 0)
			return false;
	}
	return true;
}
