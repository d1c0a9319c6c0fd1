/*
 * Claims to have been written by a well-known mail program, in a form that this program never gives its messages: Message-ID and companions.
 * The forms are those seen in the programs' own mail; Exchange and some providers replace the Message-ID, which is allowed for.
 */
#include "base/ascii.h"
#include "checks/literal.h"
#include "scan/check.h"

enum { FORGED };

static const struct symbol symbols[] = {
	[FORGED] = { "MAILER_FORGED", "content", 2000, "The message claims a mail program whose messages look different.", ACTION_NONE },
};

static bool all_of(struct span s, unsigned cls)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_is(s.p[i], cls))
			return false;
	}
	return s.len != 0;
}

/* 8-4-4-4-12 hexadecimal digits. */
static bool is_uuid(struct span s)
{
	if (s.len != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s.p[i] != '-' : !ascii_isxdigit(s.p[i]))
			return false;
	}
	return true;
}

static bool is_upper(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (ascii_islower(s.p[i]))
			return false;
	}
	return true;
}

/* Of the id without its brackets. */
struct id {
	struct span left, right;
};

/* "000001c1f4a7$0b1a5c60$0200a8c0": Outlook and Outlook Express. Outlook 2003 without a host of its own: "!&!AAAA...". */
static bool form_outlook(const struct id *id)
{
	struct span rest = id->left;
	struct span a = span_split(&rest, '$'), b = rest.p != NULL ? span_split(&rest, '$') : SPAN_NONE;

	if (span_starts(id->left, SPAN_LIT("!&!")))
		return true;
	/* Since 2007 with a '$' at the end. */
	if (rest.p != NULL && rest.len != 0 && rest.p[rest.len - 1] == '$')
		rest.len--;
	return all_of(a, ASCII_XDIGIT) && all_of(b, ASCII_XDIGIT) && a.len >= 8 && all_of(rest, ASCII_XDIGIT);
}

/* "NDBBKCMCKLPNMBJGDOAHIEDMHAAB.user": Outlook 98 and 2000 in Internet mode. */
static bool form_outlook_imo(const struct id *id)
{
	return form_outlook(id) || (span_chr(id->left, '.') == 28 && all_of(span_sub(id->left, 0, 28), ASCII_UPPER));
}

/* "1234567890.20020115120000" */
static bool form_the_bat(const struct id *id)
{
	size_t dot = span_chr(id->left, '.');

	return dot != SPAN_NPOS && all_of(span_sub(id->left, 0, dot), ASCII_DIGIT) && all_of(span_from(id->left, dot + 1), ASCII_DIGIT) &&
	       id->left.len - dot - 1 == 14;
}

/* A UUID; before 2016 "4B5C6D7E.1020304". */
static bool form_thunderbird(const struct id *id)
{
	size_t dot = span_chr(id->left, '.');

	if (is_uuid(id->left))
		return true;
	return dot == 8 && all_of(span_sub(id->left, 0, dot), ASCII_XDIGIT) && all_of(span_from(id->left, dot + 1), ASCII_DIGIT);
}

static bool form_apple(const struct id *id)
{
	return is_uuid(id->left) && is_upper(id->left);
}

/* "OF4D5E6F7A.1B2C3D4E-ONC1257...": Notes and Domino. */
static bool form_notes(const struct id *id)
{
	return span_starts(id->left, SPAN_LIT("OF"));
}

struct mailer {
	struct span name; /* how X-Mailer or User-Agent begins */
	bool (*form)(const struct id *);
	bool mimeole;     /* writes X-MimeOLE as well */
};

/* The first one that fits counts. */
static const struct mailer mailers[] = {
	{ LITERAL("Microsoft Outlook Express Macintosh"), NULL, false },
	{ LITERAL("Microsoft Outlook Express for Mac"), NULL, false },
	{ LITERAL("Microsoft Outlook for Mac"), NULL, false },
	{ LITERAL("Microsoft Outlook Express "), form_outlook, true },
	{ LITERAL("Microsoft Windows Mail "), form_outlook, true },
	{ LITERAL("Microsoft Outlook, Build "), form_outlook, true },
	{ LITERAL("Microsoft Outlook IMO, Build "), form_outlook_imo, true },
	{ LITERAL("Microsoft Office Outlook "), form_outlook, false },
	{ LITERAL("Microsoft Outlook 1"), form_outlook, false },
	{ LITERAL("The Bat! (v"), form_the_bat, false },
	{ LITERAL("Mozilla Thunderbird"), form_thunderbird, false },
	{ LITERAL("Apple Mail ("), form_apple, false },
	{ LITERAL("iPhone Mail ("), form_apple, false },
	{ LITERAL("iPad Mail ("), form_apple, false },
	{ LITERAL("Lotus Notes Release"), form_notes, false },
};

static const struct mailer *mailer_of(struct span claim)
{
	if (span_starts(claim, SPAN_LIT("Mozilla/5.0 (")) && span_has(claim, SPAN_LIT(" Thunderbird/")))
		claim = SPAN_LIT("Mozilla Thunderbird");
	for (size_t i = 0; i < sizeof(mailers) / sizeof(mailers[0]); i++) {
		if (span_case_starts(claim, mailers[i].name))
			return &mailers[i];
	}
	return NULL;
}

/* Servers that put their own Message-ID on what their users hand in. */
static bool is_replaced(const struct message *m, const struct id *id)
{
	static const struct span hosts[] = {
		LITERAL("outlook.com"), LITERAL("hotmail.com"), LITERAL("gmail.com"), LITERAL("phx.gbl"), LITERAL("yahoo.com"), LITERAL("exchangelabs.com"), LITERAL("aol.com"),
		LITERAL("qq.com"), LITERAL("163.com"),
	};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (span_case_ends(id->right, hosts[i]))
			return true;
	}
	/* An MTA gives one where the mail program gave none: "200201151200.g0FC00123456" of sendmail, "E16abc-0001de-00" of Exim, Postfix. */
	if (span_starts(id->left, SPAN_LIT("E1")) || (id->left.len >= 20 && span_starts(id->left, SPAN_LIT("20")) && span_chr(id->left, '.') != SPAN_NPOS))
		return true;
	/* Exchange marks its own. */
	return header_find(&m->headers, SPAN_LIT("X-MS-Has-Attach")) != NULL || header_first(&m->headers, HDR_RESENT_MESSAGE_ID) != NULL;
}

static bool read_id(struct span value, struct id *id_r)
{
	size_t at = span_rchr(value, '@');

	if (at == SPAN_NPOS || value.len < 5 || value.p[0] != '<' || value.p[value.len - 1] != '>')
		return false;
	id_r->left = span_sub(value, 1, at - 1);
	id_r->right = span_sub(value, at + 1, value.len - at - 2);
	return true;
}

/* Outlook Express and its MIME engine always sign together; a list may take the second one away, but not with what else Outlook leaves. */
static bool lacks_mimeole(const struct message *m, const struct mailer *mailer)
{
	return mailer->mimeole && header_first(&m->headers, HDR_X_MIMEOLE) == NULL && header_first(&m->headers, HDR_X_MSMAIL_PRIORITY) == NULL;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	struct span claim = header_value(&m->headers, HDR_X_MAILER);
	const struct mailer *mailer;
	struct id id;

	(void)state;
	if (claim.len == 0)
		claim = header_value(&m->headers, HDR_USER_AGENT);
	mailer = mailer_of(claim);
	if (mailer == NULL || mailer->form == NULL || !read_id(header_value(&m->headers, HDR_MESSAGE_ID), &id) || is_replaced(m, &id))
		return;
	if (!mailer->form(&id))
		hit_add(t, FORGED, arena_printf(task_arena(t), "%.*s: %.*s", SPAN_ARG(claim), SPAN_ARG(id.left)));
	else if (lacks_mimeole(m, mailer))
		hit_add_to(t, FORGED, 600, RCPT_ALL, claim);
}

const struct check check_mailer_forged = {
	.name = "mailer_forged", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = 1, .run = run,
};
