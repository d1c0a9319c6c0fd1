#include "rules/rules.h"

#define F(field) offsetof(struct rules_settings, field)
static const struct setting rows[] = {
	{ "shipped", SET_BOOL, F(shipped), "true", 0, 0, NULL, 0,
	  "Whether Winnow's own rules are used. A rule of yours with the name of one of them replaces it." },
	{ "files", SET_STRINGS, F(files), "{ \"/etc/winnow/rules/*.lua\" }", 0, 0, NULL, 0,
	  "Rule files (docs/rules.md), or patterns of their names; in the order given, those of one pattern by name." },
	{ "disabled", SET_STRINGS, F(disabled), "{}", 0, 0, NULL, 0,
	  "Names of rules that are left out. Meta rules that use them take them for rules that never hit." },
	{ "prefilter", SET_BOOL, F(prefilter), "true", 0, 0, NULL, 0,
	  "Look for the patterns of all rules in one pass (vectorscan). What hits is the same without; it only takes longer." },
	{ "cache", SET_STRING, F(cache), "\"\"", 0, 0, NULL, 0,
	  "Folder for compiled prefilters; made if missing. Empty: \"patterns\" in the state folder." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static bool check(const void *values, struct err *err_r)
{
	const struct rules_settings *set = values;

	if (set->cache.len != 0 && set->cache.p[0] != '/')
		return err_set(err_r, "cache '%.*s' must be an absolute path", SPAN_ARG(set->cache));
	return true;
}

const struct setting_set rules_setting_set = {
	.name = "rules", .kind = SET_ONE, .doc = "Rules over messages, written in Lua.", .size = sizeof(struct rules_settings), .rows = rows, .check = check,
};
