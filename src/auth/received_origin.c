/*
 * From our own hosts outwards, field by field: each was written by a host that the one above it names as its client, so it can be believed as long as that client is trusted. Where a field does not tell a client, the walk goes on
 * only when the writer handed the message over inside of itself; else nobody knows.
 */
#include "auth/received.h"

/* Addresses that a trusted host can only have met in its own network. */
static bool is_private(const struct ip *ip)
{
	const uint8_t *v4 = ip->b + 12;

	if (ip_is_loopback(ip))
		return true;
	if (ip_is_v4(ip))
		return v4[0] == 10 || (v4[0] == 172 && (v4[1] & 0xf0) == 16) || (v4[0] == 192 && v4[1] == 168) || (v4[0] == 169 && v4[1] == 254);
	return (ip->b[0] & 0xfe) == 0xfc || (ip->b[0] == 0xfe && (ip->b[1] & 0xc0) == 0x80);
}

enum step { STEP_INSIDE, STEP_FOUND, STEP_LOST };

static enum step step(const struct received *r, bool (*trusted)(const void *ctx, const struct ip *), const void *ctx)
{
	bool fetched = span_starts(r->protocol, SPAN_LIT("POP3")) || span_starts(r->protocol, SPAN_LIT("IMAP"));

	if (!r->ip.set) /* "by host with ..." alone, and handovers inside of a host, have no client */
		return r->helo.len == 0 && !fetched && (r->by.len != 0 || r->protocol.len != 0) ? STEP_INSIDE : STEP_LOST;
	if (trusted(ctx, &r->ip))
		return STEP_INSIDE;
	if (fetched) /* the mailbox's host: who its own relays are, we do not know */
		return STEP_LOST;
	return is_private(&r->ip) && !r->authenticated ? STEP_INSIDE : STEP_FOUND;
}

struct origin origin_find(const struct received_list *list, const struct ip *client, struct span helo, struct span name, bool (*trusted)(const void *ctx, const struct ip *), const void *ctx)
{
	struct origin none = { .hops = 0 };
	bool authenticated = false;

	if (!client->set || !trusted(ctx, client))
		return (struct origin){ .ip = *client, .helo = helo, .name = name };
	for (size_t i = 0; i < list->n; i++) {
		const struct received *r = &list->v[i];

		none.hops = (unsigned)i + 1;
		switch (step(r, trusted, ctx)) {
		case STEP_FOUND:
			return (struct origin){ .ip = r->ip, .helo = r->helo, .name = r->name, .hops = none.hops, .authenticated = r->authenticated };
		case STEP_LOST:
			return none;
		case STEP_INSIDE:
			authenticated = r->authenticated;
			break;
		}
	}
	none.authenticated = authenticated;
	return none;
}
