/* Edits of the message and the envelope, as rspamd's clients read them. */
#include "proto/http_reply_private.h"

enum edit_use { USE_NOT, USE_ADD_HEADER, USE_REMOVE_HEADER, USE_ADD_RCPT, USE_DEL_RCPT, USE_FROM };

/* How this dialect speaks of an edit. A changed header is removed and added, but the subject has a key of its own. */
static enum edit_use edit_use(const struct http_writer *w, const struct edit *e, bool adding)
{
	bool subject = w->out->reply.subject_changed && span_case_eq(e->name, SPAN_LIT("Subject"));

	switch (e->kind) {
	case EDIT_ADD_HEADER:
	case EDIT_INSERT_HEADER:
		return subject ? USE_NOT : USE_ADD_HEADER;
	case EDIT_CHANGE_HEADER:
		if (subject)
			return USE_NOT;
		return adding ? USE_ADD_HEADER : USE_REMOVE_HEADER;
	case EDIT_DELETE_HEADER:
		return USE_REMOVE_HEADER;
	case EDIT_CHANGE_FROM:
		return USE_FROM;
	case EDIT_ADD_RCPT:
		return USE_ADD_RCPT;
	case EDIT_DELETE_RCPT:
		return USE_DEL_RCPT;
	}
	return USE_NOT;
}

/* Header edits of one use, grouped by name in order of appearance. */
struct header_group {
	struct header_group *next_group;
	struct span name;
	size_t n;
	uint32_t first, last; /* index + 1 */
};

struct header_groups {
	struct header_group *first, *last;
	uint32_t *next; /* per edit: the next one of its group, index + 1 */
};

static struct header_group *new_group(struct http_writer *w, struct header_groups *groups, struct span name, uint32_t first)
{
	struct header_group *g = ARENA_NEW(w->arena, struct header_group);

	g->name = name;
	g->first = first;
	if (groups->last != NULL)
		groups->last->next_group = g;
	else
		groups->first = g;
	groups->last = g;
	return g;
}

static void group_headers(struct http_writer *w, enum edit_use use, struct header_groups *groups_r)
{
	const struct edits *edits = &w->out->reply.edits;
	struct map by_name;

	memset(groups_r, 0, sizeof(*groups_r));
	if (edits->n == 0)
		return;
	groups_r->next = ARENA_ARRAY(w->arena, edits->n + 1, uint32_t);
	http_reply_map(w, &by_name, true);
	for (uint32_t i = 0; i < edits->n; i++) {
		const struct edit *e = &edits->v[i];
		struct header_group *g;

		if (edit_use(w, e, use == USE_ADD_HEADER) != use)
			continue;
		g = map_get(&by_name, e->name);
		if (g == NULL) {
			g = new_group(w, groups_r, e->name, i + 1);
			map_put(&by_name, e->name, g);
		} else {
			groups_r->next[g->last] = i + 1;
		}
		g->last = i + 1;
		g->n++;
	}
}

static void write_added(struct json *j, const struct edit *e)
{
	json_object(j);
	KEY(j, "value");
	json_str(j, e->value);
	KEY(j, "order");
	/* -1: behind the others */
	json_int(j, e->kind == EDIT_INSERT_HEADER ? (int64_t)e->index : -1);
	json_object_end(j);
}

static void write_add_headers(struct http_writer *w)
{
	const struct edits *edits = &w->out->reply.edits;
	struct header_groups groups;
	struct json *j = &w->json;

	group_headers(w, USE_ADD_HEADER, &groups);
	if (groups.first == NULL)
		return;
	KEY(j, "add_headers");
	json_object(j);
	for (const struct header_group *g = groups.first; g != NULL; g = g->next_group) {
		json_key(j, g->name);
		if (g->n > 1)
			json_array(j);
		for (uint32_t k = g->first; k != 0; k = groups.next[k])
			write_added(j, &edits->v[k - 1]);
		if (g->n > 1)
			json_array_end(j);
	}
	json_object_end(j);
}

/* The index of the one to remove; 0 is all of that name. */
static void write_remove_headers(struct http_writer *w)
{
	struct header_groups groups;
	struct json *j = &w->json;

	group_headers(w, USE_REMOVE_HEADER, &groups);
	if (groups.first == NULL)
		return;
	KEY(j, "remove_headers");
	json_object(j);
	for (const struct header_group *g = groups.first; g != NULL; g = g->next_group) {
		json_key(j, g->name);
		json_int(j, g->n == 1 ? w->out->reply.edits.v[g->first - 1].index : 0);
	}
	json_object_end(j);
}

static void write_addresses(struct http_writer *w, const char *key, enum edit_use use)
{
	const struct edits *edits = &w->out->reply.edits;
	struct json *j = &w->json;
	bool any = false;

	for (size_t i = 0; i < edits->n; i++) {
		if (edit_use(w, &edits->v[i], false) != use)
			continue;
		if (!any) {
			json_key(j, span_of(key));
			if (use != USE_FROM)
				json_array(j);
		}
		if (!any || use != USE_FROM)
			json_str(j, edits->v[i].name);
		any = true;
	}
	if (any && use != USE_FROM)
		json_array_end(j);
}

void http_reply_edits(struct http_writer *w)
{
	const struct reply *reply = &w->out->reply;
	struct json *j = &w->json;

	if (reply->edits.n == 0 && !reply->quarantine && reply->code != REPLY_DISCARD)
		return;
	KEY(j, "milter");
	json_object(j);
	write_add_headers(w);
	write_remove_headers(w);
	write_addresses(w, "change_from", USE_FROM);
	write_addresses(w, "add_rcpt", USE_ADD_RCPT);
	write_addresses(w, "del_rcpt", USE_DEL_RCPT);
	if (reply->quarantine || reply->code == REPLY_DISCARD) {
		KEY(j, "reject");
		json_str(j, reply->quarantine ? SPAN_LIT("quarantine") : SPAN_LIT("discard"));
	}
	json_object_end(j);
}

/* Without its line ends: the value is one line for the client. */
void http_reply_subject(struct http_writer *w)
{
	const struct edits *edits = &w->out->reply.edits;
	struct buf line = BUF_INIT(w->arena);

	for (size_t i = 0; w->out->reply.subject_changed && i < edits->n; i++) {
		const struct edit *e = &edits->v[i];

		if ((e->kind != EDIT_CHANGE_HEADER && e->kind != EDIT_ADD_HEADER) || !span_case_eq(e->name, SPAN_LIT("Subject")))
			continue;
		for (size_t k = 0; k < e->value.len; k++) {
			if (e->value.p[k] != '\r' && e->value.p[k] != '\n')
				buf_char(&line, e->value.p[k]);
		}
		KEY(&w->json, "subject");
		json_str(&w->json, buf_span(&line));
		return;
	}
}
