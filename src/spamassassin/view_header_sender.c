/* Who sent the message and to whom it goes, as SpamAssassin gathers it from many fields. */
#include <time.h>

#include "base/ascii.h"
#include "spamassassin/view_header.h"

static bool usable_sender(struct span s)
{
	size_t at = span_chr(s, '@');

	return s.len == 0 || (at != SPAN_NPOS && at > 0);
}

/* Whether a field stands below a Received field: then another transaction than the last one wrote it. */
static bool below_received(struct sa_view *v, struct span name)
{
	struct sa_header_view *h = sa_header_fields(v);
	size_t received = sa_field_first(h, SPAN_LIT("Received")), last = SIZE_MAX;

	for (size_t i = sa_field_first(h, name); i != SIZE_MAX; i = sa_field_next(h, i))
		last = i;
	return received != SIZE_MAX && last != SIZE_MAX && received < last;
}

static bool first_value(struct sa_view *v, const char *request, struct span *value_r)
{
	const struct sa_values *values = sa_header_values(v, span_of(request));

	if (values->n != 0)
		*value_r = values->v[0];
	return values->n != 0;
}

/* The sender that the last untrusted relay named, without one the first trusted one. */
static bool sender_of_relay(struct sa_view *v, struct span *from_r)
{
	const struct sa_relays *r = sa_relays(v);
	const struct sa_relay *hop = r->ntrusted < r->n ? &r->v[r->ntrusted] : r->ntrusted > 0 ? &r->v[r->ntrusted - 1] : NULL;

	if (hop == NULL || !hop->has_envfrom || !usable_sender(hop->envfrom))
		return false;
	*from_r = hop->envfrom;
	return true;
}

/* Fetchmail writes what X-Sender says, which is not the sender of the envelope. */
static bool fetchmail_guessed(struct sa_view *v)
{
	const struct sa_values *received;
	struct span sender;

	if (!first_value(v, "X-Sender:first:addr", &sender) || span_chr(sender, '@') == SPAN_NPOS)
		return false;
	received = sa_header_values(v, SPAN_LIT("Received"));
	for (size_t i = 0; i < received->n; i++) {
		if (span_has(received->v[i], SPAN_LIT("(fetchmail")))
			return true;
	}
	return false;
}

static bool find_sender(struct sa_view *v, struct span *from_r)
{
	if (v->tx->env.from_set) {
		*from_r = v->tx->env.from;
		return true;
	}
	if (v->config->header->sender_header.len != 0) {
		struct span request = arena_printf(v->arena, "%.*s:first:addr", SPAN_ARG(v->config->header->sender_header));
		const struct sa_values *values = sa_header_values(v, request);

		if (values->n != 0)
			*from_r = values->v[0];
		return values->n != 0 && usable_sender(values->v[0]);
	}
	if (sender_of_relay(v, from_r))
		return true;
	if (fetchmail_guessed(v))
		return false;
	if (first_value(v, "X-Envelope-From:first:addr", from_r))
		return !below_received(v, SPAN_LIT("X-Envelope-From"));
	if (first_value(v, "Envelope-Sender:first:addr", from_r) && !below_received(v, SPAN_LIT("Envelope-Sender")))
		return true;
	return first_value(v, "Return-Path:first:addr", from_r) && !below_received(v, SPAN_LIT("Return-Path"));
}

bool sa_envelope_from(struct sa_view *v, struct span *from_r)
{
	struct sa_header_view *h = sa_header_fields(v);

	if (!h->envelope_done) {
		h->envelope_done = true;
		h->has_envelope = find_sender(v, &h->envelope_from);
		if (h->envelope_from.p == NULL)
			h->envelope_from = span_make("", 0);
	}
	*from_r = h->envelope_from;
	return h->has_envelope;
}

/* What would end a word of a Received field or its comment becomes '!'. */
static void add_word(struct buf *out, struct span s, const char *otherwise)
{
	if (s.len == 0)
		s = span_of(otherwise);
	for (size_t i = 0; i < s.len && i < 512; i++) {
		bool bad = (uint8_t)s.p[i] <= ' ' || (uint8_t)s.p[i] >= 0x7f || s.p[i] == '(' || s.p[i] == ')' || s.p[i] == ';';

		buf_char(out, (char)(bad ? '!' : s.p[i]));
	}
}

static void add_date(struct buf *out, int64_t at_us)
{
	time_t at = (time_t)(at_us / 1000000);
	struct tm tm;
	char text[64];

	if (gmtime_r(&at, &tm) == NULL || strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S +0000", &tm) == 0)
		return;
	buf_str(out, ";\n\t");
	buf_str(out, text);
}

struct span sa_synthetic_received(struct sa_view *v)
{
	const struct client *c = &v->tx->client;
	struct buf out = BUF_INIT(v->arena);
	char ip[IP_TEXT_MAX];

	if (!c->ip.set)
		return SPAN_NONE;
	buf_str(&out, " from ");
	add_word(&out, c->helo, "unknown");
	buf_str(&out, " (");
	add_word(&out, c->name, "unknown");
	buf_printf(&out, " [%s%s])", ip_is_v4(&c->ip) ? "" : "IPv6:", ip_text(&c->ip, ip));
	if (c->auth_user.len != 0) {
		buf_str(&out, "\n\t(Authenticated sender: ");
		add_word(&out, c->auth_user, "");
		buf_char(&out, ')');
	}
	buf_str(&out, "\n\tby ");
	add_word(&out, v->tx->mta, "localhost");
	buf_str(&out, " (Postfix) with ESMTP");
	buf_str(&out, c->tls_version.len != 0 ? "S" : "");
	buf_str(&out, c->auth_user.len != 0 ? "A" : "");
	buf_str(&out, " id ");
	add_word(&out, v->tx->queue_id, v->tx->id);
	add_date(&out, v->tx->received_us);
	buf_char(&out, '\n');
	return buf_span(&out);
}

static void add_values(struct sa_view *v, struct sa_list *list, const char *request)
{
	const struct sa_values *values = sa_header_values(v, span_of(request));

	for (size_t i = 0; i < values->n && list->n < SA_ADDRESSES_MAX; i++)
		sa_list_add(v->arena, list, values->v[i]);
}

/* Without duplicates; linear, for lists are long in hostile mail. */
static const struct sa_values *unique_values(struct sa_view *v, const struct sa_list *list)
{
	struct sa_values *values = ARENA_NEW(v->arena, struct sa_values);
	struct span *out = ARENA_ARRAY(v->arena, list->n + 1, struct span);
	struct map seen;

	sa_map_init(v, &seen, false);
	for (size_t i = 0; i < list->n; i++) {
		if (map_put(&seen, list->v[i], out) == NULL)
			out[values->n++] = list->v[i];
	}
	values->v = out;
	return values;
}

static struct span single_dots(struct arena *arena, struct span s)
{
	struct buf out = BUF_INIT(arena);

	if (!span_has(s, SPAN_LIT("..")))
		return s;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] != '.' || i == 0 || s.p[i - 1] != '.')
			buf_char(&out, s.p[i]);
	}
	return buf_span(&out);
}

const struct sa_values *sa_from_addresses(struct sa_view *v)
{
	static const char *const requests[] = { "From:addr", "Envelope-Sender:addr", "Resent-Sender:addr", "X-Envelope-From:addr", "EnvelopeFrom:addr" };
	struct sa_header_view *h = sa_header_fields(v);
	struct sa_list list = { 0 }, kept = { 0 };

	if (h->from_addresses != NULL)
		return h->from_addresses;
	add_values(v, &list, "Resent-From:first:addr");
	if (list.n != 0)
		return h->from_addresses = unique_values(v, &list);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		add_values(v, &list, requests[i]);
	for (size_t i = 0; i < list.n; i++) {
		if (list.v[i].len != 0)
			sa_list_add(v->arena, &kept, single_dots(v->arena, list.v[i]));
	}
	return h->from_addresses = unique_values(v, &kept);
}

/* " for <a@b>;" in the three topmost Received fields. */
static void add_received_for(struct sa_view *v, struct sa_list *list)
{
	const struct sa_values *received = sa_header_values(v, SPAN_LIT("Received"));

	for (size_t i = 0; i < received->n && i < 3; i++) {
		struct span rest = received->v[i], word;
		size_t at = span_find(rest, SPAN_LIT(" for ")), n = 0;

		if (at == SPAN_NPOS)
			continue;
		rest = span_from(rest, at + 5);
		while (n < rest.len && !ascii_isspace(rest.p[n]))
			n++;
		word = span_sub(rest, 0, n);
		if (!span_ends(word, SPAN_LIT(";")))
			continue;
		word.len--;
		if (span_starts(word, SPAN_LIT("<")))
			word = span_from(word, 1);
		if (span_ends(word, SPAN_LIT(">")))
			word.len--;
		at = span_chr(word, '@');
		if (at != SPAN_NPOS && at > 0 && sa_host_is_valid(span_from(word, at + 1)))
			sa_list_add(v->arena, list, word);
	}
}

const struct sa_values *sa_to_addresses(struct sa_view *v)
{
	static const char *const requests[] = { "To:addr", "Apparently-To:addr", "Delivered-To:addr", "Envelope-Recipients:addr", "Apparently-Resent-To:addr",
		                                "X-Envelope-To:addr", "Envelope-To:addr", "X-Delivered-To:addr", "X-Original-To:addr", "X-Rcpt-To:addr", "X-Real-To:addr",
		                                "Cc:addr" };
	struct sa_header_view *h = sa_header_fields(v);
	struct sa_list list = { 0 };

	if (h->to_addresses != NULL)
		return h->to_addresses;
	add_values(v, &list, "Resent-To:first:addr");
	add_values(v, &list, "Resent-Cc:first:addr");
	if (list.n == 0) {
		add_received_for(v, &list);
		for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
			add_values(v, &list, requests[i]);
	}
	return h->to_addresses = unique_values(v, &list);
}
