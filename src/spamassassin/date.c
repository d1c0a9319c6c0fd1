#include "spamassassin/date.h"

#include "base/ascii.h"

#define TEXT_MAX 8192
#define WORDS_MAX 256

struct words {
	struct span *v;
	size_t n;
};

struct moment {
	unsigned year, month, day, hour, minute, second;
};

static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

static const struct zone {
	char name[8];
	int minutes;
} zones[] = {
	{ "UT", 0 },       { "UTC", 0 },      { "NDT", -150 },   { "AST", -240 },  { "ADT", -180 },  { "NST", -210 },  { "EST", -300 },  { "EDT", -240 },  { "CST", -360 },
	{ "CDT", -300 },   { "MST", -420 },   { "MDT", -360 },   { "PST", -480 },  { "PDT", -420 },  { "HST", -600 },  { "AKST", -540 }, { "AKDT", -480 }, { "HADT", -540 },
	{ "HAST", -600 },  { "GMT", 0 },      { "BST", 60 },     { "IST", 60 },    { "WET", 0 },     { "WEST", 60 },   { "CET", 60 },    { "CEST", 120 },  { "EET", 120 },
	{ "EEST", 180 },   { "MSK", 180 },    { "MSD", 240 },    { "MET", 60 },    { "MEZ", 60 },    { "MEST", 120 },  { "MESZ", 120 },  { "BRST", -120 }, { "BRT", -180 },
	{ "AEST", 600 },   { "AEDT", 660 },   { "ACST", 570 },   { "ACDT", 630 },  { "AWST", 480 },  { "NZST", 720 },  { "NZDT", 780 },  { "JST", 540 },   { "KST", 540 },
	{ "HKT", 480 },    { "SGT", 480 },    { "PHT", 480 },    { "IDT", 180 },
};

/* Commas with the blanks behind them are blanks. */
static struct words split_words(struct arena *arena, struct span text)
{
	struct words w = { .v = ARENA_ARRAY(arena, WORDS_MAX, struct span) };

	text = span_sub(text, 0, TEXT_MAX);
	for (size_t i = 0; i < text.len && w.n < WORDS_MAX;) {
		size_t from = i;

		while (i < text.len && text.p[i] != ',' && !ascii_isspace(text.p[i]))
			i++;
		if (i > from)
			w.v[w.n++] = span_sub(text, from, i - from);
		i++;
	}
	return w;
}

static bool read_number(struct span s, size_t min, size_t max, unsigned *value_r)
{
	uint64_t value;

	if (s.len < min || s.len > max || !span_uint(span_sub(s, s.len > 9 ? s.len - 9 : 0, 9), UINT32_MAX, &value))
		return false;
	*value_r = (unsigned)value;
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_isdigit(s.p[i]))
			return false;
	}
	return true;
}

static bool read_month(struct span s, unsigned *month_r)
{
	if (s.len != 3)
		return false;
	for (size_t i = 0; i < 12; i++) {
		if (span_case_eq(s, span_make(months + 3 * i, 3))) {
			*month_r = (unsigned)i + 1;
			return true;
		}
	}
	return false;
}

/* "9:05", "09:05:30" */
static bool read_clock(struct span s, struct moment *m)
{
	struct span rest = s, hour = span_split(&rest, ':'), minute, second;
	struct moment read = *m;

	if (rest.p == NULL || !read_number(hour, 1, 2, &read.hour))
		return false;
	minute = span_split(&rest, ':');
	if (!read_number(minute, 2, 2, &read.minute))
		return false;
	read.second = 0;
	if (rest.p != NULL) {
		second = rest;
		if (!read_number(second, 2, 2, &read.second))
			return false;
	}
	*m = read;
	return true;
}

static void take_out(struct words *w, size_t at, size_t n)
{
	memmove(w->v + at, w->v + at + n, (w->n - at - n) * sizeof(w->v[0]));
	w->n -= n;
}

/* "12 Mar 2003", with a year of so many digits. */
static bool take_day_first(struct words *w, size_t min, size_t max, struct moment *m)
{
	for (size_t i = 0; i + 2 < w->n; i++) {
		if (!read_month(w->v[i + 1], &m->month) || !read_number(w->v[i], 1, 20, &m->day) || !read_number(w->v[i + 2], min, max, &m->year))
			continue;
		if (w->v[i + 2].len == 2 && m->year < 50)
			m->year += 2000;
		else if (w->v[i + 2].len != 4)
			m->year += 1900;
		take_out(w, i, 3);
		return true;
	}
	return false;
}

static bool is_long_clock(struct span s)
{
	unsigned parts = 0;

	while (s.p != NULL) {
		unsigned value;

		if (!read_number(span_split(&s, ':'), 1, 20, &value))
			return false;
		parts++;
	}
	return parts == 3;
}

/* "Mar 12 10:11:12 2003": the time is lost with it, as in SpamAssassin. */
static bool take_month_first(struct words *w, struct moment *m)
{
	for (size_t i = 0; i + 3 < w->n; i++) {
		if (!read_month(w->v[i], &m->month) || !read_number(w->v[i + 1], 1, 20, &m->day) || !is_long_clock(w->v[i + 2]) || !read_number(w->v[i + 3], 4, 4, &m->year))
			continue;
		take_out(w, i, 4);
		return true;
	}
	return false;
}

static void take_clock(struct words *w, struct moment *m)
{
	for (size_t i = 0; i < w->n; i++) {
		if (read_clock(w->v[i], m)) {
			take_out(w, i, 1);
			return;
		}
	}
}

static bool is_word_byte(char c)
{
	return ascii_isalnum(c) || c == '_';
}

/* The first run of two to four capitals that is a word; false: none. */
static bool first_capitals(const struct words *w, struct span *zone_r)
{
	for (size_t i = 0; i < w->n; i++) {
		struct span s = w->v[i];

		for (size_t from = 0, n; from < s.len; from += n + 1) {
			bool capitals = true;

			for (n = 0; from + n < s.len && is_word_byte(s.p[from + n]); n++)
				capitals = capitals && ascii_isupper(s.p[from + n]);
			*zone_r = span_sub(s, from, n);
			if (n < 2 || n > 4 || !capitals)
				continue;
			/* "-DST" belongs to the name, and no zone of the list has it. */
			if (!span_starts(span_from(s, from + n), SPAN_LIT("-DST")))
				return true;
			return from + n + 4 < s.len && is_word_byte(s.p[from + n + 4]);
		}
	}
	return false;
}

static int zone_minutes(const struct words *w)
{
	struct span name;
	unsigned value;

	for (size_t i = 0; i < w->n; i++) {
		struct span s = w->v[i];

		if (s.len == 5 && (s.p[0] == '+' || s.p[0] == '-') && read_number(span_from(s, 1), 4, 4, &value))
			return (int)(value / 100 * 60 + value % 100) * (s.p[0] == '-' ? -1 : 1);
	}
	if (!first_capitals(w, &name))
		return 0;
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		if (span_eq(name, span_of(zones[i].name)))
			return zones[i].minutes;
	}
	return 0;
}

static unsigned days_in(const struct moment *m)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = m->year % 4 == 0 && (m->year % 100 != 0 || m->year % 400 == 0);

	return days[m->month - 1] + (m->month == 2 && leap ? 1u : 0u);
}

/* What does not exist is made to. */
static void clamp(struct moment *m)
{
	m->second = m->second > 59 ? 59 : m->second;
	m->minute = m->minute > 59 ? 59 : m->minute;
	m->hour = m->hour > 23 ? 23 : m->hour;
	if (m->day > days_in(m)) {
		m->day = 1;
		m->month = m->month == 12 ? 1 : m->month + 1;
		m->year += m->month == 1;
	}
	m->year = m->year > 2037 ? 2037 : m->year < 1970 ? 1970 : m->year;
}

static int64_t seconds_of(const struct moment *m)
{
	struct moment first = { .year = m->year };
	int64_t days = m->day - 1;

	for (unsigned year = 1970; year < m->year; year++)
		days += year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 366 : 365;
	for (first.month = 1; first.month < m->month; first.month++)
		days += days_in(&first);
	return days * 86400 + (int64_t)m->hour * 3600 + (int64_t)m->minute * 60 + m->second;
}

bool sa_parse_date(struct arena *arena, struct span text, int64_t *time_r)
{
	struct words w = split_words(arena, text);
	struct moment m = { 0 };
	int64_t zone;

	if (!take_day_first(&w, 4, 4, &m) && !take_month_first(&w, &m) && !take_day_first(&w, 2, 3, &m))
		return false;
	take_clock(&w, &m);
	if (m.day == 0)
		return false;
	clamp(&m);
	*time_r = seconds_of(&m);
	zone = (int64_t)60 * zone_minutes(&w);
	*time_r = zone > *time_r ? 0 : *time_r - zone;
	return true;
}
