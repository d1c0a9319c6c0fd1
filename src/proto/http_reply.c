#include "proto/http_reply.h"

#include "base/milli.h"
#include "proto/http_reply_private.h"

void http_reply_map(struct http_writer *w, struct map *m, bool fold)
{
	if (!w->has_key)
		hash_key_random(&w->key);
	w->has_key = true;
	*m = (struct map){ .arena = w->arena, .key = w->key, .fold = fold };
}

const char *http_reply_action(const struct reply *reply)
{
	static const char *const names[ACTION_N] = {
		[ACTION_NONE] = "no action",     [ACTION_TAG] = "add header",    [ACTION_JUNK] = "add header", [ACTION_REDIRECT] = "add header",
		[ACTION_DISCARD] = "discard",    [ACTION_DEFER] = "soft reject", [ACTION_HOLD] = "quarantine", [ACTION_REJECT] = "reject",
	};

	return reply->subject_changed ? "rewrite subject" : names[reply->action];
}

static bool is_spam(const struct reply *reply)
{
	return reply->action != ACTION_NONE;
}

static void str_c(struct json *j, const char *s)
{
	json_str(j, span_of(s));
}

/* Symbols. */

static const struct hits *hits_of(const struct http_writer *w)
{
	return &w->out->scan->hits;
}

static void group_hits(struct http_writer *w)
{
	const struct hits *hits;
	uint32_t *last;

	if (w->out->scan == NULL)
		return;
	hits = hits_of(w);
	w->symbols = ARENA_ARRAY(w->arena, hits->n, uint16_t);
	w->first = ARENA_ARRAY(w->arena, hits->symbols->n, uint32_t);
	w->next = ARENA_ARRAY(w->arena, hits->n + 1, uint32_t);
	last = ARENA_ARRAY(w->arena, hits->symbols->n, uint32_t);
	for (uint32_t i = 0; i < hits->n; i++) {
		uint16_t sym = hits->v[i].sym;

		if (w->first[sym] == 0) {
			w->first[sym] = i + 1;
			w->symbols[w->nsymbols++] = sym;
		} else {
			w->next[last[sym]] = i + 1;
		}
		last[sym] = i + 1;
	}
}

static score_t weight(const struct profile *p, const struct hit *h)
{
	int64_t v = (int64_t)p->weights[h->sym] * h->permille / 1000;

	return v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : (score_t)v;
}

static void write_options(struct http_writer *w, uint16_t sym)
{
	struct json *j = &w->json;
	bool any = false;

	for (uint32_t i = w->first[sym]; i != 0; i = w->next[i]) {
		struct span evidence = hits_of(w)->v[i - 1].evidence;

		if (evidence.len == 0)
			continue;
		if (!any) {
			KEY(j, "options");
			json_array(j);
		}
		any = true;
		json_str(j, evidence);
	}
	if (any)
		json_array_end(j);
}

/* With the weights of the first recipient: what a hit counts for each stands under "recipients". */
static void write_symbol(struct http_writer *w, uint16_t sym)
{
	const struct symbol *s = hits_of(w)->symbols->v[sym];
	score_t score = weight(w->out->profile, &hits_of(w)->v[w->first[sym] - 1]);
	struct json *j = &w->json;

	json_key(j, span_of(s->name));
	json_object(j);
	KEY(j, "name");
	str_c(j, s->name);
	KEY(j, "score");
	json_milli(j, score);
	KEY(j, "metric_score");
	json_milli(j, score);
	KEY(j, "description");
	str_c(j, s->doc);
	write_options(w, sym);
	json_object_end(j);
}

static void write_symbols(struct http_writer *w)
{
	for (size_t i = 0; i < w->nsymbols; i++)
		write_symbol(w, w->symbols[i]);
}

/* Score and action. */

static void write_threshold(struct json *j, const char *name, score_t at)
{
	if (at == SCORE_OFF)
		return;
	json_key(j, span_of(name));
	json_milli(j, at);
}

static void write_thresholds(struct json *j, const struct profile *p)
{
	score_t mark = p->at[ACTION_TAG] < p->at[ACTION_JUNK] ? p->at[ACTION_TAG] : p->at[ACTION_JUNK];

	KEY(j, "thresholds");
	json_object(j);
	write_threshold(j, "reject", p->at[ACTION_REJECT]);
	write_threshold(j, "quarantine", p->at[ACTION_HOLD]);
	write_threshold(j, "soft reject", p->at[ACTION_DEFER]);
	write_threshold(j, "discard", p->at[ACTION_DISCARD]);
	if (p->set->subject_prefix.len != 0)
		write_threshold(j, "rewrite subject", mark);
	write_threshold(j, "add header", mark);
	json_object_end(j);
}

/* The text without its enhanced status code: clients of this dialect put their own in front. */
static struct span smtp_text(struct span text)
{
	size_t blank = span_chr(text, ' ');
	struct span code = span_sub(text, 0, blank == SPAN_NPOS ? 0 : blank);

	if (code.len >= 5 && (code.p[0] == '4' || code.p[0] == '5') && code.p[1] == '.')
		return span_from(text, blank + 1);
	return text;
}

/* What this dialect calls required: the threshold of the most severe action that has one, which is rejection as a rule. */
static score_t required_score(const struct outcome *o)
{
	for (int a = ACTION_N - 1; a > ACTION_NONE; a--) {
		if (o->profile->at[a] != SCORE_OFF)
			return o->profile->at[a];
	}
	return o->reply.required;
}

static void write_metric(struct http_writer *w, bool old_form)
{
	const struct reply *reply = &w->out->reply;
	struct json *j = &w->json;

	if (old_form) {
		KEY(j, "is_spam");
		json_bool(j, is_spam(reply));
	}
	KEY(j, "is_skipped");
	json_bool(j, w->out->scan == NULL);
	KEY(j, "score");
	json_milli(j, reply->score);
	KEY(j, "required_score");
	json_milli(j, required_score(w->out));
	KEY(j, "action");
	str_c(j, http_reply_action(reply));
	KEY(j, "verdict"); /* the same in our own words */
	str_c(j, action_name(reply->action));
	write_thresholds(j, w->out->profile);
}

static void write_messages(struct http_writer *w)
{
	const struct reply *reply = &w->out->reply;
	struct json *j = &w->json;

	KEY(j, "messages");
	json_object(j);
	if (reply->code == REPLY_REJECT || reply->code == REPLY_TEMPFAIL) {
		KEY(j, "smtp_message");
		json_str(j, smtp_text(reply->text));
	}
	json_object_end(j);
}

/* Links. */

static void write_links(struct http_writer *w, const char *key, bool mailto)
{
	const struct message *msg = w->out->scan != NULL ? w->out->scan->msg : NULL;
	struct json *j = &w->json;
	struct map seen;

	json_key(j, span_of(key));
	json_array(j);
	if (msg != NULL && msg->nlinks != 0)
		http_reply_map(w, &seen, true);
	for (size_t i = 0; msg != NULL && i < msg->nlinks; i++) {
		const struct url *url = &msg->links[i].url;
		struct span host = url->host_ascii, text = host;

		if (((url->flags & URL_MAILTO) != 0) != mailto || host.len == 0)
			continue;
		if (mailto)
			text = arena_printf(w->arena, "%.*s@%.*s", SPAN_ARG(url->user), SPAN_ARG(host));
		if (map_put(&seen, text, w->json.out) == NULL)
			json_str(j, text);
	}
	json_array_end(j);
}

static struct span message_id(const struct outcome *out)
{
	struct span id = out->scan != NULL && out->scan->msg != NULL ? header_value(&out->scan->msg->headers, HDR_MESSAGE_ID) : SPAN_NONE;

	id = span_trim(id);
	if (span_starts(id, SPAN_LIT("<")) && span_ends(id, SPAN_LIT(">")))
		id = span_sub(id, 1, id.len - 2);
	return id.len != 0 ? id : SPAN_LIT("undef");
}

static void write_about(struct http_writer *w, int64_t spent_us)
{
	struct json *j = &w->json;

	write_links(w, "urls", false);
	write_links(w, "emails", true);
	KEY(j, "message-id");
	json_str(j, message_id(w->out));
	KEY(j, "time_real");
	json_seconds(j, spent_us);
	KEY(j, "id");
	str_c(j, w->tx->id);
}

/* Recipients. */

static void write_rcpt_symbols(struct http_writer *w, size_t rcpt)
{
	struct json *j = &w->json;

	KEY(j, "symbols");
	json_object(j);
	for (size_t s = 0; s < w->nsymbols; s++) {
		const struct hits *hits = hits_of(w);
		int64_t sum = 0;
		bool any = false;

		for (uint32_t i = w->first[w->symbols[s]]; i != 0; i = w->next[i]) {
			const struct hit *h = &hits->v[i - 1];

			if (!rcptset_has(hits->sets, h->to, rcpt))
				continue;
			sum += weight(w->out->wishes[rcpt].profile, h);
			any = true;
		}
		if (!any)
			continue;
		json_key(j, span_of(hits->symbols->v[w->symbols[s]]->name));
		json_milli(j, sum > INT32_MAX ? INT32_MAX : sum < -INT32_MAX ? -INT32_MAX : (score_t)sum);
	}
	json_object_end(j);
}

static void write_rcpt(struct http_writer *w, size_t i)
{
	const struct wish *wish = &w->out->wishes[i];
	const struct fate *fate = &w->out->reply.fate[i];
	struct json *j = &w->json;

	json_key(j, wish->rcpt);
	json_object(j);
	KEY(j, "action");
	str_c(j, action_name(fate->action));
	KEY(j, "score");
	json_milli(j, wish->v.score);
	KEY(j, "required");
	json_milli(j, wish->v.required);
	write_rcpt_symbols(w, i);
	KEY(j, "reason");
	str_c(j, verdict_reason_name(fate->why));
	if (wish->v.would != fate->action) {
		KEY(j, "would");
		str_c(j, action_name(wish->v.would));
	}
	if (fate->to.len != 0) {
		KEY(j, "to");
		json_str(j, fate->to);
	}
	json_object_end(j);
}

static void write_recipients(struct http_writer *w)
{
	struct json *j = &w->json;
	struct map seen;

	KEY(j, "recipients");
	json_object(j);
	if (w->out->nwishes > 1)
		http_reply_map(w, &seen, false);
	for (size_t i = 0; i < w->out->nwishes; i++) {
		struct span rcpt = w->out->wishes[i].rcpt;

		/* No two members of one name. */
		if (rcpt.len != 0 && (w->out->nwishes == 1 || map_put(&seen, rcpt, w->json.out) == NULL))
			write_rcpt(w, i);
	}
	json_object_end(j);
}

void http_reply_json(struct buf *out, const struct transaction *tx, const struct outcome *outcome, int64_t spent_us, bool under_default)
{
	struct http_writer w = { .json = JSON_INIT(out), .arena = tx->arena, .tx = tx, .out = outcome };
	struct json *j = &w.json;

	group_hits(&w);
	json_object(j);
	if (under_default) {
		KEY(j, "default");
		json_object(j);
		write_metric(&w, true);
		write_symbols(&w);
		json_object_end(j);
	} else {
		write_metric(&w, false);
		KEY(j, "symbols");
		json_object(j);
		write_symbols(&w);
		json_object_end(j);
	}
	write_messages(&w);
	http_reply_subject(&w);
	write_about(&w, spent_us);
	http_reply_edits(&w);
	write_recipients(&w);
	json_object_end(j);
	buf_str(out, "\r\n");
}

/* One line of the older form; dropped when it would not fit. */
static void add_line(struct buf *out, struct span line)
{
	if (out->len + line.len + 2 > RSPAMC_REPLY_MAX)
		return;
	for (size_t i = 0; i < line.len; i++) {
		char c = line.p[i];

		if ((unsigned char)c < ' ')
			c = ' ';
		buf_char(out, c);
	}
	buf_str(out, "\r\n");
}

void http_reply_rspamc(struct buf *out, const struct transaction *tx, const struct outcome *o)
{
	struct http_writer w = { .arena = tx->arena, .tx = tx, .out = o };
	char score[16], required[16], reject[16];
	score_t limit = o->profile->at[ACTION_REJECT];

	group_hits(&w);
	buf_printf(out, "RSPAMD/1.3 0 EX_OK\r\nMetric: default; %s; %s / %s / %s\r\nAction: %s\r\n", is_spam(&o->reply) ? "True" : "False",
		   milli_text(o->reply.score, 2, 2, score), milli_text(o->reply.required, 2, 2, required),
		   milli_text(limit != SCORE_OFF ? limit : o->reply.required, 2, 2, reject), http_reply_action(&o->reply));
	for (size_t i = 0; i < w.nsymbols; i++) {
		const struct hit *h = &hits_of(&w)->v[w.first[w.symbols[i]] - 1];

		add_line(out, arena_printf(w.arena, "Symbol: %s(%s)", hits_of(&w)->symbols->v[h->sym]->name, milli_text(weight(o->profile, h), 2, 2, score)));
	}
	if (o->reply.text.len != 0)
		add_line(out, arena_printf(w.arena, "Message: %.*s", SPAN_ARG(o->reply.text)));
	add_line(out, arena_printf(w.arena, "Message-ID: %.*s", SPAN_ARG(message_id(o))));
	add_line(out, arena_printf(w.arena, "Log-ID: %s", tx->id));
}

void http_reply_error(struct buf *out, const char *text)
{
	struct json j = JSON_INIT(out);

	json_object(&j);
	KEY(&j, "error");
	str_c(&j, text);
	KEY(&j, "error_domain");
	str_c(&j, "http");
	json_object_end(&j);
	buf_str(out, "\r\n");
}
