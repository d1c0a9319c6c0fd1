#include "spamassassin/html_private.h"

bool sa_html_inside(const struct sa_html *h, struct span tag, double *count_r)
{
	enum tag known = sa_tag_find(tag);
	const int32_t *count;

	*count_r = 0;
	if (h->tags == NULL)
		return false;
	for (size_t i = 0; i < tag.len; i++) {
		if (tag.p[i] >= 'A' && tag.p[i] <= 'Z')
			return false;
	}
	if (span_eq(tag, SPAN_LIT("!doctype")))
		return h->tags->doctype;
	if (known != TAG_NONE) {
		*count_r = h->tags->inside[known];
		return h->tags->seen[known];
	}
	count = map_get(&h->tags->others, tag);
	*count_r = count != NULL ? *count : 0;
	return count != NULL;
}

static const char *const number_names[SA_HTML_NUMBERS] = {
	[SA_HTML_LENGTH] = "length", [SA_HTML_IMAGE_AREA] = "image_area", [SA_HTML_MIN_SIZE] = "min_size", [SA_HTML_MAX_SIZE] = "max_size",
	[SA_HTML_CLOSED_EXTRA_RATIO] = "closed_extra_ratio", [SA_HTML_BACKHAIR_COUNT] = "backhair_count", [SA_HTML_BAD_TAG_RATIO] = "bad_tag_ratio",
	[SA_HTML_NON_ELEMENT_RATIO] = "non_element_ratio", [SA_HTML_OBFUSCATION_RATIO] = "obfuscation_ratio", [SA_HTML_HTML_LENGTH] = "html_length",
	[SA_HTML_NON_SPACE_LEN] = "non_space_len", [SA_HTML_RATIO] = "ratio",
};

static const struct {
	const char *name;
	unsigned flag;
} flag_names[] = {
	{ "font_low_contrast", SA_HTML_LOW_CONTRAST }, { "font_invalid_color", SA_HTML_INVALID_COLOR }, { "font_face_bad", SA_HTML_FONT_FACE_BAD },
	{ "form_action_mailto", SA_HTML_FORM_ACTION_MAILTO }, { "embeds", SA_HTML_EMBEDS }, { "uri_truncated", SA_HTML_URI_TRUNCATED },
};

bool sa_html_number(const struct sa_html *h, struct span name, double *value_r)
{
	*value_r = 1;
	if (span_eq(name, SPAN_LIT("html")))
		return true;
	for (size_t i = 0; i < SA_HTML_NUMBERS; i++) {
		if (span_eq(name, span_of(number_names[i]))) {
			*value_r = h->number[i];
			return (h->defined & 1u << i) != 0;
		}
	}
	for (size_t i = 0; i < sizeof(flag_names) / sizeof(*flag_names); i++) {
		if (span_eq(name, span_of(flag_names[i].name)))
			return (h->flags & flag_names[i].flag) != 0;
	}
	return false;
}

const struct sa_html_strings *sa_html_strings(const struct sa_html *h, struct span name)
{
	const struct sa_html_strings *s = NULL;

	if (span_eq(name, SPAN_LIT("comment")))
		s = &h->comment;
	else if (span_eq(name, SPAN_LIT("script")))
		s = &h->script;
	else if (span_eq(name, SPAN_LIT("title")))
		s = &h->title;
	else if (span_eq(name, SPAN_LIT("anchor")))
		s = &h->anchor;
	return s != NULL && s->defined ? s : NULL;
}

bool sa_html_test(const struct sa_html *h, struct span name)
{
	double value;

	if (sa_html_number(h, name, &value))
		return value != 0;
	if (span_eq(name, SPAN_LIT("uri")) || span_eq(name, SPAN_LIT("inside")))
		return h->tags != NULL;
	if (span_eq(name, SPAN_LIT("uri_detail")))
		return h->nlinks != 0;
	return sa_html_strings(h, name) != NULL;
}
