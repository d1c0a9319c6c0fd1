/* The reference of all settings, from the rows alone. */
#include "conf/conf_int.h"

/* Text inside of a table cell. */
static void cell(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '|')
			buf_char(out, '\\');
		if (s.p[i] == '\n')
			buf_char(out, ' ');
		else
			buf_char(out, s.p[i]);
	}
}

static void type_cell(struct buf *out, const struct setting *row)
{
	struct buf b = BUF_INIT(NULL);

	buf_str(&b, value_wanted(row));
	for (size_t i = 0; row->type == SET_ENUM && row->words[i] != NULL; i++)
		buf_printf(&b, "%s`\"%s\"`", i != 0 ? ", " : " ", row->words[i]);
	cell(out, buf_span(&b));
	buf_free(&b);
}

static bool is_number(enum set_type type)
{
	return type == SET_INT || type == SET_SCORE || type == SET_SIZE || type == SET_DURATION;
}

static void range_cell(struct buf *out, const struct setting *row)
{
	if (!is_number(row->type) || (row->min == 0 && row->max == 0))
		return;
	if (row->min != INT64_MIN) {
		buf_str(out, row->max == INT64_MAX ? "at least " : "");
		value_number_text(out, row->type, row->min);
	}
	if (row->max != INT64_MAX) {
		buf_str(out, row->min == INT64_MIN ? "at most " : " to ");
		value_number_text(out, row->type, row->max);
	}
}

static void reference_row(struct buf *out, const struct setting *row)
{
	buf_printf(out, "| `%s` | ", row->key);
	type_cell(out, row);
	buf_str(out, " | ");
	if (row->def != NULL) {
		buf_char(out, '`');
		cell(out, span_of(row->def));
		buf_char(out, '`');
	}
	buf_str(out, " | ");
	range_cell(out, row);
	buf_str(out, " | ");
	cell(out, span_of(row->doc));
	buf_str(out, " |\n");
}

static void reference_set(struct buf *out, const struct setting_set *set)
{
	static const char *const uses[] = {
		[SET_ONE] = " { ... }`\n",
		[SET_NAMED] = " \"NAME\" { ... }`, one block per name\n",
		[SET_LAYERED] = " { ... }` for all, `domain \"example.com\" { ... }` and `address \"user@example.com\" { ... }` for some\n",
	};

	buf_printf(out, "## %s\n\n", set->name);
	if (set->doc != NULL)
		buf_printf(out, "%s\n\n", set->doc);
	buf_printf(out, "`%s", set->name);
	buf_str(out, uses[set->kind]);
	buf_str(out, "\n| key | value | default | range | meaning |\n|---|---|---|---|---|\n");
	for (const struct setting *row = set->rows; row->key != NULL; row++)
		reference_row(out, row);
	buf_char(out, '\n');
}

void conf_reference(const struct setting_set *const *sets, struct buf *out)
{
	buf_str(out, "# Settings\n\n"
		     "The configuration is Lua. Each block is a call with a table; variables (`local`), concatenation and loops work as everywhere in Lua. "
		     "A block may be given several times: later values win key by key, tables of NAME = points name by name. "
		     "`include \"conf.d/*.lua\"` reads other files, relative to the file that includes. "
		     "Sizes take K, M and G (of 1024), durations us, ms, s, m, h and d; a bare number is bytes or seconds.\n\n");
	for (size_t i = 0; sets[i] != NULL; i++)
		reference_set(out, sets[i]);
}
