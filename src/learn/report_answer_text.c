/* What answers say. */
#include "base/ascii.h"
#include "base/buf.h"
#include "learn/report_answer.h"

#define TEXT_MAX (16u << 10)

static const char *const results[REPORT_LANGUAGES] = {
	[REPORT_ENGLISH] =
		"Hello,\n\n"
		"thank you for your report to {address}.\n\n"
		"Mails found in it: {total}. Learned as {class}: {learned}.\n"
		"{details}"
		"\nIf that was a mistake, forward the mail as attachment to the other report address: that takes it back.\n"
		"{support}",
	[REPORT_GERMAN] =
		"Guten Tag,\n\n"
		"vielen Dank für Ihre Meldung an {address}.\n\n"
		"Darin gefundene E-Mails: {total}. Als {class} gelernt: {learned}.\n"
		"{details}"
		"\nFalls das ein Versehen war, leiten Sie die E-Mail als Anhang an die andere Meldeadresse weiter: Damit wird es zurückgenommen.\n"
		"{support}",
};

static const char *const helps[REPORT_LANGUAGES] = {
	[REPORT_ENGLISH] =
		"Hello,\n\n"
		"thank you for your report to {address}. No mail was attached to it, so nothing could be learned: what is forwarded within the text has lost the "
		"header by which the filter recognises it.\n\n"
		"Please forward the mail as an attachment. Several mails may be attached to one report.\n\n"
		"{help}"
		"{support}",
	[REPORT_GERMAN] =
		"Guten Tag,\n\n"
		"vielen Dank für Ihre Meldung an {address}. Daran war keine E-Mail angehängt, deshalb konnte nichts gelernt werden: Was im Text weitergeleitet wird, hat die "
		"Kopfzeilen verloren, an denen der Filter es erkennt.\n\n"
		"Bitte leiten Sie die E-Mail als Anhang weiter. Eine Meldung darf mehrere E-Mails enthalten.\n\n"
		"{help}"
		"{support}",
};

/* In the order in which they come when the program is none of them. */
static const struct {
	enum report_client client;
	const char *text[REPORT_LANGUAGES];
} steps[] = {
	{ REPORT_CLIENT_ZIMBRA,
	  { "Zimbra webmail:\n"
	    "  1. Select the mail and choose Forward.\n"
	    "  2. In the new mail choose Options, then \"Include Original As Attachment\".\n"
	    "  3. Send it to {address}.\n"
	    "  Several mails: tick them in the list and choose Forward; they are attached at once.\n\n",
	    "Zimbra-Webmail:\n"
	    "  1. E-Mail auswählen und auf Weiterleiten klicken.\n"
	    "  2. Im neuen Fenster unter Optionen \"Original als Anhang einschließen\" wählen.\n"
	    "  3. An {address} senden.\n"
	    "  Mehrere E-Mails: in der Liste ankreuzen und auf Weiterleiten klicken; sie werden sofort angehängt.\n\n" } },
	{ REPORT_CLIENT_OUTLOOK,
	  { "Outlook:\n"
	    "  1. Select one or more mails in the list.\n"
	    "  2. Press Ctrl+Alt+F, or choose Home, More (in the group Respond), Forward as Attachment.\n"
	    "  3. Send it to {address}.\n"
	    "  Outlook on the web: write a new mail and drag the mails from the list into it.\n\n",
	    "Outlook:\n"
	    "  1. Eine oder mehrere E-Mails in der Liste markieren.\n"
	    "  2. Strg+Alt+F drücken, oder Start, Weitere (in der Gruppe Antworten), Als Anlage weiterleiten.\n"
	    "  3. An {address} senden.\n"
	    "  Outlook im Web: eine neue E-Mail schreiben und die E-Mails aus der Liste hineinziehen.\n\n" } },
	{ REPORT_CLIENT_THUNDERBIRD,
	  { "Thunderbird:\n"
	    "  1. Select one or more mails in the list.\n"
	    "  2. Choose Message, Forward As, Attachment (also in the context menu).\n"
	    "  3. Send it to {address}.\n\n",
	    "Thunderbird:\n"
	    "  1. Eine oder mehrere E-Mails in der Liste markieren.\n"
	    "  2. Nachricht, Weiterleiten als, Anhang wählen (auch im Kontextmenü).\n"
	    "  3. An {address} senden.\n\n" } },
	{ REPORT_CLIENT_APPLE,
	  { "Apple Mail:\n"
	    "  Select the mails and choose Message, Forward as Attachment. Send it to {address}.\n\n",
	    "Apple Mail:\n"
	    "  E-Mails markieren und E-Mail, Als Anhang weiterleiten wählen. An {address} senden.\n\n" } },
	{ REPORT_CLIENT_GMAIL,
	  { "Gmail:\n"
	    "  Select the mails, open the menu with the three dots, and choose Forward as attachment. Send it to {address}.\n\n",
	    "Gmail:\n"
	    "  E-Mails markieren, das Menü mit den drei Punkten öffnen und Als Anhang weiterleiten wählen. An {address} senden.\n\n" } },
};

struct filling {
	const struct report_answer *answer;
	enum report_language language;
	unsigned depth;
};

static void fill(struct buf *out, const struct filling *, struct span text);

static void add_number(struct buf *out, unsigned n)
{
	buf_printf(out, "%u", n);
}

static void add_details(struct buf *out, const struct filling *f)
{
	const struct report_answer *a = f->answer;
	bool german = f->language == REPORT_GERMAN;

	if (a->known != 0)
		buf_printf(out, german ? "Schon früher gemeldet: %u.\n" : "Reported before: %u.\n", a->known);
	if (a->kept != 0)
		buf_printf(out, german ? "Nur für Sie gelernt, weil die Herkunft nicht geprüft werden konnte: %u.\n"
		                       : "Learned for you alone, as their origin could not be verified: %u.\n", a->kept);
	if (a->failed != 0)
		buf_printf(out, german ? "Nicht lesbar: %u.\n" : "Not readable: %u.\n", a->failed);
}

/* The reporter's program first and alone where it is known to be one of the common three; else all three. */
static void add_help(struct buf *out, const struct filling *f)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		if (steps[i].client == f->answer->client)
			fill(out, f, span_of(steps[i].text[f->language]));
	}
	for (size_t i = 0; i < 3; i++) {
		if (steps[i].client != f->answer->client)
			fill(out, f, span_of(steps[i].text[f->language]));
	}
}

static void add_support(struct buf *out, const struct filling *f)
{
	struct span support = f->answer->settings->support;

	if (support.len == 0)
		return;
	buf_str(out, f->language == REPORT_GERMAN ? "\nFragen? " : "\nQuestions? ");
	buf_add(out, support);
	buf_char(out, '\n');
}

static const char *class_word(const struct filling *f)
{
	static const char *const words[REPORT_LANGUAGES][LEARN_CLASSES] = {
		[REPORT_ENGLISH] = { [LEARN_HAM] = "wanted", [LEARN_SPAM] = "spam" }, [REPORT_GERMAN] = { [LEARN_HAM] = "erwünscht", [LEARN_SPAM] = "Spam" },
	};

	return words[f->language][f->answer->class];
}

/* What stands for a name; false when it is none of ours. */
static bool add_named(struct buf *out, const struct filling *f, struct span name)
{
	const struct report_answer *a = f->answer;

	if (span_eq(name, SPAN_LIT("address")))
		buf_add(out, a->address);
	else if (span_eq(name, SPAN_LIT("class")))
		buf_str(out, class_word(f));
	else if (span_eq(name, SPAN_LIT("total")))
		add_number(out, a->total);
	else if (span_eq(name, SPAN_LIT("learned")))
		add_number(out, a->learned);
	else if (span_eq(name, SPAN_LIT("known")))
		add_number(out, a->known);
	else if (span_eq(name, SPAN_LIT("kept")))
		add_number(out, a->kept);
	else if (span_eq(name, SPAN_LIT("failed")))
		add_number(out, a->failed);
	else if (span_eq(name, SPAN_LIT("details")))
		add_details(out, f);
	else if (span_eq(name, SPAN_LIT("support")))
		add_support(out, f);
	else if (span_eq(name, SPAN_LIT("help")) && f->depth == 0)
		add_help(out, &(struct filling){ a, f->language, 1 });
	else
		return false;
	return true;
}

static void fill(struct buf *out, const struct filling *f, struct span text)
{
	while (text.len != 0) {
		size_t open = span_chr(text, '{'), close = open == SPAN_NPOS ? SPAN_NPOS : span_chr(span_from(text, open), '}');

		if (close == SPAN_NPOS) {
			buf_add(out, text);
			return;
		}
		buf_add(out, span_sub(text, 0, open));
		if (!add_named(out, f, span_sub(text, open + 1, close - 1))) {
			buf_char(out, '{');
			close = 0;
		}
		text = span_from(text, open + close + 1);
	}
}

struct span report_answer_text(struct arena *arena, const struct report_answer *a, enum report_language language)
{
	const struct report_settings *s = a->settings;
	struct buf out = { .arena = arena, .max = TEXT_MAX };
	struct filling f = { a, language, 0 };
	bool help = a->total == 0;
	struct span own = language == REPORT_GERMAN ? (help ? s->help_de : s->text_de) : (help ? s->help_en : s->text_en);

	fill(&out, &f, own.len != 0 ? own : span_of(help ? helps[language] : results[language]));
	return buf_span(&out);
}
