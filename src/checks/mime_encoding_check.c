/* Transfer encodings (RFC 2045, 6): broken, unknown, or there only to hide plain English from simple filters. */
#include "base/utf8.h"
#include "scan/check.h"

enum { BAD_BASE64, BAD_QP, UNKNOWN, NEEDLESS };

static const struct symbol symbols[] = {
	[BAD_BASE64] = { "MIME_BAD_BASE64", "content", 1000, "A base64 part holds bytes that do not belong there, or goes on behind its end.", ACTION_NONE },
	[BAD_QP] = { "MIME_BAD_QP", "content", 400, "A quoted-printable part holds invalid sequences.", ACTION_NONE },
	[UNKNOWN] = { "MIME_UNKNOWN_ENCODING", "content", 1000, "A part claims a transfer encoding that does not exist.", ACTION_NONE },
	[NEEDLESS] = { "MIME_NEEDLESS_BASE64", "content", 400, "All text is ASCII with short lines and yet in base64.", ACTION_NONE },
};

#define LINE_MAX_BYTES 998 /* RFC 5322, 2.1.1: longer lines need an encoding */
#define READ_MAX 65536

static bool has_long_line(struct span s)
{
	while (s.p != NULL) {
		if (span_split(&s, '\n').len > LINE_MAX_BYTES)
			return true;
	}
	return false;
}

/* Whether all text parts are in base64 without need. */
static bool needless_base64(const struct message *m)
{
	bool some = false;

	for (size_t i = 0; i < m->nparts; i++) {
		const struct part *p = &m->parts[i];
		struct span body = span_sub(p->body, 0, READ_MAX);

		if ((p->kind != PART_TEXT && p->kind != PART_HTML) || body.len == 0)
			continue;
		if (!span_eq(p->encoding, SPAN_LIT("base64")) || utf8_ascii_len(body) < body.len || has_long_line(body))
			return false;
		some = true;
	}
	return some;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);

	(void)state;
	if (fact_has(&m->facts, FACT_BASE64_BAD_CHAR))
		hit_add(t, BAD_BASE64, SPAN_LIT("bytes outside of the alphabet"));
	else if (fact_has(&m->facts, FACT_BASE64_BAD_PADDING))
		hit_add_to(t, BAD_BASE64, 500, RCPT_ALL, SPAN_LIT("padding"));
	if (fact_has(&m->facts, FACT_QP_BAD))
		hit_add(t, BAD_QP, SPAN_NONE);
	if (fact_has(&m->facts, FACT_ENCODING_UNKNOWN))
		hit_add(t, UNKNOWN, SPAN_NONE);
	if (needless_base64(m))
		hit_add(t, NEEDLESS, SPAN_NONE);
}

const struct check check_mime_encoding = {
	.name = "mime_encoding", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
