/* Date-times of RFC 5322, 3.3 and 4.3. Comments may stand anywhere between the tokens. */
#include "base/ascii.h"
#include "mail/header.h"

struct date {
	unsigned year, month, day, hour, minute, second;
	int zone; /* minutes east */
};

static bool take_char(struct span *s, char c)
{
	header_skip_cfws(s);
	if (s->len == 0 || s->p[0] != c)
		return false;
	*s = span_from(*s, 1);
	return true;
}

/* A number of min to max digits; the number of digits goes to ndigits_r. */
static bool take_number(struct span *s, size_t min, size_t max, unsigned *value_r, size_t *ndigits_r)
{
	size_t n = 0;

	header_skip_cfws(s);
	*value_r = 0;
	for (; n < s->len && n < max && ascii_isdigit(s->p[n]); n++)
		*value_r = *value_r * 10 + (unsigned)(s->p[n] - '0');
	*ndigits_r = n;
	if (n < min || (n < s->len && ascii_isdigit(s->p[n])))
		return false;
	*s = span_from(*s, n);
	return true;
}

static struct span take_word(struct span *s)
{
	struct span word;
	size_t n = 0;

	header_skip_cfws(s);
	while (n < s->len && ascii_isalpha(s->p[n]))
		n++;
	word = span_sub(*s, 0, n);
	*s = span_from(*s, n);
	return word;
}

/* The index of the first three letters of word in a list of three-letter names, -1 when none. */
static int name_index(const char *list, struct span word)
{
	if (word.len < 3)
		return -1;
	for (int i = 0; *list != '\0'; i++, list += 3) {
		if (span_case_eq(span_sub(word, 0, 3), span_make(list, 3)))
			return i;
	}
	return -1;
}

static bool take_day_month_year(struct span *s, struct date *d)
{
	struct span word = take_word(s);
	size_t n;
	int month;

	if (word.len != 0 && name_index("sunmontuewedthufrisat", word) < 0)
		return false;
	if (word.len != 0)
		take_char(s, ',');
	if (!take_number(s, 1, 2, &d->day, &n))
		return false;
	take_char(s, '-'); /* "1-Jan-2024" of RFC 850 is still seen */
	month = name_index("janfebmaraprmayjunjulaugsepoctnovdec", take_word(s));
	if (month < 0)
		return false;
	d->month = (unsigned)month + 1;
	take_char(s, '-');
	if (!take_number(s, 2, 4, &d->year, &n))
		return false;
	if (n == 2)
		d->year += d->year < 50 ? 2000 : 1900; /* RFC 5322, 4.3 */
	else if (n == 3)
		d->year += 1900;
	return true;
}

static bool take_time(struct span *s, struct date *d)
{
	size_t n;

	if (!take_number(s, 1, 2, &d->hour, &n) || !take_char(s, ':') || !take_number(s, 1, 2, &d->minute, &n))
		return false;
	if (take_char(s, ':') && !take_number(s, 1, 2, &d->second, &n))
		return false;
	return d->hour < 24 && d->minute < 60 && d->second <= 60;
}

static bool take_named_zone(struct span word, int *zone_r)
{
	static const struct {
		char name[4];
		int hours;
	} zones[] = { { "UT", 0 },   { "GMT", 0 },  { "UTC", 0 },  { "Z", 0 },    { "EDT", -4 }, { "EST", -5 },
		      { "CDT", -5 }, { "CST", -6 }, { "MDT", -6 }, { "MST", -7 }, { "PDT", -7 }, { "PST", -8 } };

	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		if (span_case_eq(word, span_make(zones[i].name, strnlen(zones[i].name, 4)))) {
			*zone_r = zones[i].hours * 60;
			return true;
		}
	}
	return false;
}

/* An unknown or military zone says nothing: +0000 (RFC 5322, 4.3). A missing zone is let pass the same way. */
static bool take_zone(struct span *s, struct date *d)
{
	unsigned value;
	struct span word;
	bool minus;
	size_t n;

	header_skip_cfws(s);
	if (s->len == 0)
		return true;
	minus = s->p[0] == '-';
	if (minus || s->p[0] == '+') {
		*s = span_from(*s, 1);
		if (!take_number(s, 4, 4, &value, &n) || value % 100 >= 60 || value > 2359)
			return false;
		d->zone = (int)(value / 100 * 60 + value % 100) * (minus ? -1 : 1);
		return true;
	}
	word = take_word(s);
	return take_named_zone(word, &d->zone) || (word.len != 0 && word.len <= 5);
}

/* Days since 1970-01-01 of a day of the proleptic Gregorian calendar: years are counted from March, so that leap days end them. */
static int64_t days_from_civil(const struct date *d)
{
	int64_t y = (int64_t)d->year - (d->month <= 2), m = d->month;
	int64_t era = y / 400, yoe = y % 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + (int64_t)d->day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool day_exists(const struct date *d)
{
	static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (d->year % 4 == 0 && d->year % 100 != 0) || d->year % 400 == 0;

	return d->day >= 1 && d->day <= days[d->month - 1] + (leap && d->month == 2 ? 1u : 0u);
}

bool header_parse_date(struct span value, int64_t *time_r, int *zone_minutes_r)
{
	struct date d = { 0 };

	*time_r = 0;
	*zone_minutes_r = 0;
	if (!take_day_month_year(&value, &d) || d.year < 1900 || !day_exists(&d) || !take_time(&value, &d) ||
	    !take_zone(&value, &d))
		return false;
	header_skip_cfws(&value);
	if (value.len != 0)
		return false;
	*zone_minutes_r = d.zone;
	*time_r = days_from_civil(&d) * 86400 + (int64_t)d.hour * 3600 + (int64_t)d.minute * 60 + d.second -
		  (int64_t)d.zone * 60;
	return true;
}
