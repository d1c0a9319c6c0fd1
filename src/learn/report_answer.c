#include "learn/report_answer.h"

#include <time.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/utf8.h"

#define QP_LINE 72
#define REFERENCES 10   /* message IDs kept */
#define ID_BYTES 250
#define SUBJECT_BYTES 400
#define LOOK 4096       /* bytes of text by which the language is told */

const char *report_answer_refusal_name(enum report_answer_refusal refusal)
{
	static const char *const names[REPORT_ANSWER_REFUSALS] = { "send", "off", "no-sender", "foreign", "machine", "automatic", "bulk", "loop" };

	return names[refusal];
}

/* RFC 3834, 2: senders that are no people. */
static bool is_machine(struct span local)
{
	static const struct span whole[] = {
		SPAN_LIT("mailer-daemon"), SPAN_LIT("postmaster"), SPAN_LIT("noreply"), SPAN_LIT("no-reply"), SPAN_LIT("donotreply"), SPAN_LIT("do-not-reply"),
		SPAN_LIT("listserv"), SPAN_LIT("majordomo"), SPAN_LIT("bounce"), SPAN_LIT("bounces"),
	};

	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++) {
		if (span_case_eq(local, whole[i]))
			return true;
	}
	return span_case_starts(local, SPAN_LIT("owner-")) || span_case_ends(local, SPAN_LIT("-owner")) || span_case_ends(local, SPAN_LIT("-request")) ||
	       span_case_ends(local, SPAN_LIT("-bounces"));
}

/* RFC 3834, 2: "no" with whatever follows is a person's. Microsoft's field has words of what is not to be sent (MS-OXCMAIL). */
static bool is_automatic(const struct header_list *h)
{
	struct span submitted = header_value(h, HDR_AUTO_SUBMITTED), suppress = header_value(h, HDR_X_AUTO_RESPONSE_SUPPRESS);

	if (submitted.len != 0 && !(span_case_starts(submitted, SPAN_LIT("no")) && (submitted.len == 2 || !ascii_isalnum(submitted.p[2]))))
		return true;
	return span_case_has(suppress, SPAN_LIT("All")) || span_case_has(suppress, SPAN_LIT("AutoReply"));
}

static bool is_bulk(const struct header_list *h)
{
	static const enum header_id lists[] = { HDR_LIST_ID, HDR_LIST_UNSUBSCRIBE, HDR_LIST_POST, HDR_LIST_HELP, HDR_LIST_SUBSCRIBE, HDR_LIST_OWNER, HDR_LIST_ARCHIVE, HDR_FEEDBACK_ID };
	struct span precedence = header_value(h, HDR_PRECEDENCE);

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		if (header_first(h, lists[i]) != NULL)
			return true;
	}
	return span_case_eq(precedence, SPAN_LIT("bulk")) || span_case_eq(precedence, SPAN_LIT("list")) || span_case_eq(precedence, SPAN_LIT("junk"));
}

/* Nothing that would end the field or the path. */
static bool is_plain_address(struct span s)
{
	size_t at = span_rchr(s, '@');

	if (at == SPAN_NPOS || at == 0 || at + 1 == s.len || s.len > 254)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if ((uint8_t)s.p[i] <= ' ' || (uint8_t)s.p[i] >= 127 || strchr("<>,;:\"()[]\\", s.p[i]) != NULL)
			return false;
	}
	return true;
}

enum report_answer_refusal report_answer_check(const struct report_answer *a)
{
	const struct header_list *h = &a->report->headers;
	enum learn_class class;

	if (a->settings->answers == REPORT_ANSWER_NEVER || (a->settings->answers == REPORT_ANSWER_HELP && a->total != 0))
		return REPORT_ANSWER_OFF;
	if (!is_plain_address(a->to) || !is_plain_address(a->address))
		return REPORT_ANSWER_NO_SENDER;
	if (is_machine(span_sub(a->to, 0, span_rchr(a->to, '@'))))
		return REPORT_ANSWER_MACHINE;
	if (report_address_class(a->settings, a->to, &class) || span_case_eq(a->to, a->address) || header_first(h, HDR_X_LOOP) != NULL)
		return REPORT_ANSWER_LOOP;
	if (!a->to_is_local)
		return REPORT_ANSWER_FOREIGN;
	if (is_automatic(h))
		return REPORT_ANSWER_AUTOMATIC;
	return is_bulk(h) ? REPORT_ANSWER_BULK : REPORT_ANSWER_SEND;
}

/* Language. */

static bool is_german_word(struct span w, bool english)
{
	static const struct span german[] = {
		SPAN_LIT("und"), SPAN_LIT("der"), SPAN_LIT("die"), SPAN_LIT("das"), SPAN_LIT("ist"), SPAN_LIT("nicht"), SPAN_LIT("ich"), SPAN_LIT("ein"), SPAN_LIT("eine"), SPAN_LIT("mit"),
		SPAN_LIT("von"), SPAN_LIT("auf"), SPAN_LIT("bitte"), SPAN_LIT("gesendet"), SPAN_LIT("betreff"), SPAN_LIT("datum"), SPAN_LIT("an"), SPAN_LIT("nachricht"), SPAN_LIT("gr\xc3\xbc\xc3\x9f" "e"), SPAN_LIT("wurde"),
	};
	static const struct span others[] = {
		SPAN_LIT("and"), SPAN_LIT("the"), SPAN_LIT("this"), SPAN_LIT("that"), SPAN_LIT("is"), SPAN_LIT("not"), SPAN_LIT("with"), SPAN_LIT("from"), SPAN_LIT("for"), SPAN_LIT("please"),
		SPAN_LIT("you"), SPAN_LIT("of"), SPAN_LIT("to"), SPAN_LIT("sent"), SPAN_LIT("subject"), SPAN_LIT("date"), SPAN_LIT("regards"), SPAN_LIT("message"),
	};
	const struct span *v = english ? others : german;
	size_t n = english ? sizeof(others) / sizeof(*others) : sizeof(german) / sizeof(*german);

	for (size_t i = 0; i < n; i++) {
		if (span_case_eq(w, v[i]))
			return true;
	}
	return false;
}

static int german_of_text(struct span text)
{
	int german = 0;

	for (size_t i = 0, from = 0; i <= text.len; i++) {
		struct span w;

		if (i < text.len && (ascii_isalpha(text.p[i]) || (uint8_t)text.p[i] >= 128))
			continue;
		w = span_sub(text, from, i - from);
		from = i + 1;
		if (w.len < 2 || w.len > 12)
			continue;
		german += is_german_word(w, false) ? 1 : is_german_word(w, true) ? -1 : 0;
	}
	return german;
}

static int german_of_field(const struct message *m, const char *name)
{
	const struct header *h = header_find(&m->headers, span_of(name));

	if (h == NULL || h->value.len < 2)
		return 0;
	return span_case_starts(h->value, SPAN_LIT("de")) ? 1 : -1;
}

static int german_of_domain(const struct message *m)
{
	struct span domain = m->from.n != 0 ? m->from.v[0].domain : SPAN_NONE;

	return span_case_ends(domain, SPAN_LIT(".de")) || span_case_ends(domain, SPAN_LIT(".at")) || span_case_ends(domain, SPAN_LIT(".ch")) || span_case_ends(domain, SPAN_LIT(".li")) ? 1 : 0;
}

/* The mail's own words: those of attached mails are others'. */
static struct span own_text(const struct message *m)
{
	for (size_t i = 0; i < m->nparts; i++) {
		if ((m->parts[i].kind == PART_TEXT || m->parts[i].kind == PART_HTML) && span_trim(m->parts[i].text).len != 0)
			return span_sub(m->parts[i].text, 0, LOOK);
	}
	return SPAN_NONE;
}

enum report_language report_answer_language(const struct message *m)
{
	struct span s = span_trim(m->subject);
	int german = german_of_field(m, "Content-Language");

	if (german == 0)
		german = german_of_field(m, "Accept-Language");
	if (german == 0)
		german = span_case_starts(s, SPAN_LIT("WG:")) || span_case_starts(s, SPAN_LIT("AW:")) ? 1 : 0;
	if (german == 0)
		german = german_of_text(own_text(m));
	if (german == 0)
		german = german_of_text(s);
	if (german == 0)
		german = german_of_domain(m);
	return german > 0 ? REPORT_GERMAN : REPORT_ENGLISH;
}

/* The mail. */

static void add_date(struct buf *out, int64_t now)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t t = (time_t)now;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
	           tm.tm_sec);
}

/* Encoded words of UTF-8 in Q (RFC 2047), never splitting a character; plain where nothing is to encode. */
static void add_unstructured(struct buf *out, struct span s)
{
	size_t column = 0, taken;

	if (utf8_ascii_len(s) == s.len && !span_has(s, SPAN_LIT("=?"))) {
		buf_add(out, s);
		return;
	}
	buf_str(out, "=?utf-8?q?");
	for (size_t i = 0; i < s.len; i += taken) {
		(void)utf8_next(span_from(s, i), &taken);
		if (column + 3 * taken > 56) {
			buf_str(out, "?=\r\n =?utf-8?q?");
			column = 0;
		}
		for (size_t k = i; k < i + taken; k++) {
			if (ascii_isalnum(s.p[k])) {
				buf_char(out, s.p[k]);
				column++;
			} else {
				buf_printf(out, "=%02X", (unsigned)(uint8_t)s.p[k]);
				column += 3;
			}
		}
	}
	buf_str(out, "?=");
}

/* One line, without control characters. */
static struct span one_line(struct arena *arena, struct span s, size_t max)
{
	struct span copy;
	char *p;

	s = span_sub(s, 0, max);
	while (s.len != 0 && ((uint8_t)s.p[s.len - 1] & 0xc0) == 0x80 && s.len == max)
		s.len--; /* cut inside a character */
	copy = arena_copy(arena, utf8_repair(arena, s));
	p = arena_str(arena, copy);
	for (size_t i = 0; i < copy.len; i++) {
		if ((uint8_t)p[i] < ' ' || p[i] == 127)
			p[i] = ' ';
	}
	return span_trim(span_make(p, copy.len));
}

/* The next message ID in a field: <...> without blanks. */
static bool next_id(struct span *rest, struct span *id_r)
{
	while (rest->len != 0) {
		size_t open = span_chr(*rest, '<'), close;

		*rest = open == SPAN_NPOS ? SPAN_NONE : span_from(*rest, open);
		close = span_chr(*rest, '>');
		if (close == SPAN_NPOS)
			break;
		*id_r = span_sub(*rest, 0, close + 1);
		*rest = span_from(*rest, close + 1);
		for (size_t i = 0; i < id_r->len; i++)
			close = (uint8_t)id_r->p[i] <= ' ' || (uint8_t)id_r->p[i] >= 127 ? 0 : close;
		if (close > 1 && id_r->len <= ID_BYTES)
			return true;
	}
	return false;
}

/* In-Reply-To and References (RFC 5322, 3.6.4). */
static void add_thread(struct buf *out, const struct message *m)
{
	struct span rest = header_value(&m->headers, HDR_MESSAGE_ID), id, parent, kept[REFERENCES];
	size_t n = 0;

	if (!next_id(&rest, &parent))
		return;
	rest = header_value(&m->headers, HDR_REFERENCES);
	while (next_id(&rest, &id)) {
		if (n == REFERENCES)
			memmove(kept + 1, kept + 2, (--n - 1) * sizeof(*kept)); /* the first stays */
		kept[n++] = id;
	}
	buf_printf(out, "In-Reply-To: %.*s\r\nReferences:", SPAN_ARG(parent));
	for (size_t i = 0; i < n; i++)
		buf_printf(out, " %.*s\r\n", SPAN_ARG(kept[i]));
	buf_printf(out, " %.*s\r\n", SPAN_ARG(parent));
}

/* RFC 2045, 6.7. */
static void add_qp(struct buf *out, struct span text)
{
	size_t column = 0, taken;

	for (size_t i = 0; i < text.len; i += taken) {
		char c = text.p[i];
		bool last = i + 1 == text.len || text.p[i + 1] == '\n';
		size_t width;

		(void)utf8_next(span_from(text, i), &taken);
		if (c == '\r')
			continue;
		if (c == '\n') {
			buf_str(out, "\r\n");
			column = 0;
			continue;
		}
		width = (c > ' ' && c < 127 && c != '=') || (c == ' ' && !last) ? 1 : 3 * taken;
		if (column + width > QP_LINE) {
			buf_str(out, "=\r\n");
			column = 0;
		}
		/* A dot at the front of a line is stuffed by SMTP; broken servers forget to. "From " is changed by mailboxes. */
		if (column == 0 && width == 1 && (c == '.' || c == 'F'))
			width = 3;
		for (size_t k = 0; k < taken && width != 1; k++)
			buf_printf(out, "=%02X", (unsigned)(uint8_t)text.p[i + k]);
		if (width == 1)
			buf_char(out, c);
		column += width;
	}
	buf_str(out, "\r\n");
}

struct span report_answer_build(struct arena *arena, const struct report_answer *a)
{
	const struct report_settings *s = a->settings;
	enum report_language language = s->language == REPORT_LANGUAGE_AUTO ? report_answer_language(a->report)
	                                : s->language == REPORT_LANGUAGE_GERMAN ? REPORT_GERMAN : REPORT_ENGLISH;
	struct span from = is_plain_address(s->answer_from) ? s->answer_from : a->address, subject = one_line(arena, a->report->subject, SUBJECT_BYTES);
	struct buf out = { .arena = arena, .max = 65536 };

	add_date(&out, a->now);
	buf_printf(&out, "From: %s <%.*s>\r\nTo: <%.*s>\r\nSubject: ", language == REPORT_GERMAN ? "Spamfilter" : "Spam filter", SPAN_ARG(from), SPAN_ARG(a->to));
	/* RFC 3834, 3.1.5 */
	add_unstructured(&out, arena_printf(arena, "Auto: %.*s", SPAN_ARG(subject)));
	buf_printf(&out, "\r\nMessage-ID: <%.*s.%lld@%.*s>\r\n", SPAN_ARG(a->id), (long long)a->now, SPAN_ARG(a->host));
	add_thread(&out, a->report);
	buf_printf(&out, "Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\nContent-Language: %s\r\n", language == REPORT_GERMAN ? "de" : "en");
	buf_str(&out, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
	add_qp(&out, utf8_repair(arena, report_answer_text(arena, a, language)));
	return buf_span(&out);
}
