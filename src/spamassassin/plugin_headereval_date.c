/* Dates of the Date field and of the Received fields. */
#include <stdlib.h>

#include "base/ascii.h"
#include "base/clock.h"
#include "spamassassin/date.h"
#include "spamassassin/plugin_args.h"
#include "spamassassin/plugin_headereval.h"
#include "spamassassin/view_private.h"

#define TIMES_MAX 200 /* Received fields whose dates are read */
#define SECONDS_PER_MONTH (31556952.0 / 12)
#define TEXT(c, name) sa_header_text((c)->view, SPAN_LIT(name))

struct dates {
	bool done, has_header, has_fetchmail;
	int64_t header, fetchmail;
	int64_t received[TIMES_MAX];
	size_t nreceived;
	int64_t difference, chosen;
};

static bool date_of(struct sa_call *c, struct span line, int64_t *time_r)
{
	struct span group[2];

	return headereval_has(c, RE_RECEIVED_DATE, line, group, 2) && sa_parse_date(sa_view_arena(c->view), group[1], time_r);
}

static void read_header(struct sa_call *c, struct dates *d)
{
	static const struct span names[] = { { "Resent-Date", 11 }, { "Date", 4 } };

	for (size_t i = 0; i < 2 && !d->has_header; i++) {
		const struct sa_values *values = sa_header_values(c->view, names[i]);

		for (size_t j = 0; j < values->n && j < TIMES_MAX && !d->has_header; j++)
			d->has_header = sa_parse_date(sa_view_arena(c->view), values->v[j], &d->header);
	}
}

static int64_t now_of(struct sa_call *c)
{
	int64_t received = sa_view_tx(c->view)->received_us;

	return (received != 0 ? received : clock_wall_us()) / 1000000;
}

static void read_fetchmail(struct sa_call *c, struct dates *d, struct span line)
{
	int64_t at;

	if (!date_of(c, line, &at) || at > now_of(c))
		return;
	if (!d->has_fetchmail || at > d->fetchmail)
		d->fetchmail = at;
	d->has_fetchmail = true;
}

/* Lines of the topmost fields that a fetch from a mailbox wrote: their number. They tell when the mail was fetched. */
static size_t local_lines(struct sa_call *c, const struct sa_values *lines)
{
	size_t n = 0;

	if (lines->n == 0)
		return 0;
	if (headereval_has(c, RE_LOCAL_HOP, lines->v[0], NULL, 0) || headereval_has(c, RE_QMAIL_LOCAL, lines->v[0], NULL, 0))
		n = 1;
	return n < lines->n && headereval_has(c, RE_FETCHMAIL, lines->v[n], NULL, 0) ? n + 1 : 0;
}

static void read_received(struct sa_call *c, struct dates *d)
{
	const struct sa_values *lines = sa_header_values(c->view, SPAN_LIT("Received"));
	size_t local = local_lines(c, lines);

	for (size_t i = 0; i < lines->n && d->nreceived < TIMES_MAX; i++) {
		if (i < local)
			read_fetchmail(c, d, lines->v[i]);
		else if (date_of(c, lines->v[i], &d->received[d->nreceived]))
			d->nreceived++;
	}
}

/* The smallest distance of the Date field from a Received field. */
static void find_difference(struct dates *d)
{
	size_t n = d->nreceived;

	if (!d->has_header || n == 0)
		return;
	/* The first hop may have made both. */
	if (n > 1 && d->received[n - 1] == d->header)
		n--;
	d->difference = d->header - d->received[0];
	for (size_t i = 1; i < n; i++) {
		if (llabs(d->header - d->received[i]) < llabs(d->difference))
			d->difference = d->header - d->received[i];
	}
}

static int descending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* The median of all that is known. */
static void choose(struct dates *d)
{
	int64_t all[4];
	size_t n = 0;

	if (d->has_header)
		all[n++] = d->header;
	if (d->nreceived != 0)
		all[n++] = d->received[0];
	if (d->has_fetchmail)
		all[n++] = d->fetchmail;
	if (d->has_header && d->nreceived != 0)
		all[n++] = d->header - d->difference;
	if (n == 0)
		return;
	qsort(all, n, sizeof(all[0]), descending);
	d->chosen = all[(n - 1) / 2];
}

static const struct dates *dates_of(struct sa_call *c)
{
	static const char owner;
	struct dates *d = sa_view_memo(c->view, &owner, sizeof(*d));

	if (d->done)
		return d;
	d->done = true;
	read_header(c, d);
	read_received(c, d);
	find_difference(d);
	choose(d);
	return d;
}

/* A number of an argument; false: "undef", or none. */
static bool number_of(const struct sa_call *c, size_t index, double *value_r)
{
	struct span text = sa_arg(c, index);

	*value_r = sa_number(text);
	return text.len != 0 && !span_eq(text, SPAN_LIT("undef"));
}

/* Whether arguments one and two, each of so many seconds, enclose a value. */
static int within(const struct sa_call *c, double value, double unit)
{
	double min, max;

	if (number_of(c, 0, &min) && value < unit * min)
		return 0;
	return !number_of(c, 1, &max) || value < unit * max;
}

int headereval_shifted_date(struct sa_call *c)
{
	return within(c, (double)dates_of(c)->difference, 3600);
}

int headereval_within_months(struct sa_call *c)
{
	return within(c, (double)(now_of(c) - dates_of(c)->chosen), SECONDS_PER_MONTH);
}

/* Outlook's identifiers hold the time in their own unit. */
static double outlook_distance(struct sa_call *c, struct span text, double token)
{
	int64_t at;

	if (!sa_parse_date(sa_view_arena(c->view), text, &at))
		at = 0;
	return token - (double)(int64_t)((double)at * 0.0023283064365387 + 27111902.8329849);
}

int headereval_outlook_id(struct sa_call *c)
{
	struct span group[2];
	double token = 0, distance;

	if (!headereval_has(c, RE_OUTLOOK_ID, TEXT(c, "MESSAGEID"), group, 2))
		return 0;
	for (size_t i = 0; i < group[1].len; i++)
		token = token * 16 + ascii_xvalue(group[1].p[i]);
	distance = outlook_distance(c, TEXT(c, "Date"), token);
	if (distance > -250 && distance < 250)
		return 0;
	distance = outlook_distance(c, TEXT(c, "Received"), token);
	return distance <= -250 || distance >= 250;
}
