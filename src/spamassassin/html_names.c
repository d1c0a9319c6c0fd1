#include "spamassassin/html_names.h"

#include "base/ascii.h"

#define NAME_MAX_LEN 10 /* blockquote */

static const struct {
	char name[NAME_MAX_LEN + 1];
	uint8_t flags;
} tags[TAG_N] = {
#define X(id, name_, flags_) { .name = name_, .flags = (flags_) },
	SA_TAGS(X)
#undef X
};

enum tag sa_tag_find(struct span name)
{
	char lower[NAME_MAX_LEN + 1] = { 0 };
	unsigned low = 0, high = TAG_N;

	if (name.len > NAME_MAX_LEN || span_chr(name, '\0') != SPAN_NPOS)
		return TAG_NONE;
	for (size_t i = 0; i < name.len; i++)
		lower[i] = ascii_tolower(name.p[i]);
	while (low < high) {
		unsigned mid = (low + high) / 2;
		int order = memcmp(lower, tags[mid].name, sizeof(lower));

		if (order == 0)
			return (enum tag)mid;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return TAG_NONE;
}

unsigned sa_tag_flags(enum tag tag)
{
	return tag < TAG_N ? tags[tag].flags : 0;
}

const char *sa_tag_name(enum tag tag)
{
	return tags[tag].name;
}
