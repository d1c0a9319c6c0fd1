/* Written by a script or a bulk program instead of a mail program, as X-Mailer and the traces of PHP tell. */
#include "checks/literal.h"
#include "scan/check.h"

enum { SCRIPT, EVAL, SPAMWARE };

static const struct symbol symbols[] = {
	[SCRIPT] = { "MAILER_SCRIPT", "content", 300, "A script on a web server wrote the message.", ACTION_NONE },
	[EVAL] = { "MAILER_SCRIPT_EVAL", "content", 3000, "Code that a PHP script was made to run wrote the message: mostly a web server that was broken into.", ACTION_NONE },
	[SPAMWARE] = { "MAILER_SPAMWARE", "content", 2500, "The program that wrote the message is known for spam.", ACTION_NONE },
};

/* How X-Mailer begins. */
static const struct span scripts[] = {
	LITERAL("PHP"), LITERAL("Drupal"), LITERAL("WordPress"), LITERAL("Joomla"), LITERAL("Leaf PHPMailer"), LITERAL("CodeIgniter"),
	LITERAL("Perl"), LITERAL("MIME::Lite"), LITERAL("Mail::"), LITERAL("Python"), LITERAL("nodemailer"), LITERAL("Zend_Mail"),
	LITERAL("Swift"), LITERAL("System.Net.Mail"), LITERAL("CDO"), LITERAL("JMail"), LITERAL("Indy"),
};

static const struct span spamware[] = {
	LITERAL("Leaf PHPMailer"), LITERAL("Leaf Mailer"), LITERAL("LeafMailer"), LITERAL("SendBlaster"), LITERAL("Advanced Mass Sender"),
	LITERAL("Dark Mailer"), LITERAL("DarkMailer"), LITERAL("Gammadyne"), LITERAL("Group Mail"), LITERAL("GroupMail"),
	LITERAL("Mach5 Mailer"), LITERAL("MailKing"), LITERAL("Mass-E-Mail"), LITERAL("MultiMailer"), LITERAL("QuickSender"),
	LITERAL("Atomic Mail"), LITERAL("Bulk Mailer"), LITERAL("EBlast"), LITERAL("Emailing System"), LITERAL("Extractor"),
	LITERAL("Floodgate"), LITERAL("GOTO Software Sarbacane"), LITERAL("IPS PHP Mailer"), LITERAL("Inet_Mail_Out"),
	LITERAL("Oshirase-Mailer"), LITERAL("RLSP Mailer"), LITERAL("StormPost"), LITERAL("Super Mail"), LITERAL("The Best Mailer"),
	LITERAL("Turbo-Mailer"), LITERAL("Ultimate Mailer"), LITERAL("WC Mail"), LITERAL("xMailer"), LITERAL("Alexus Mailer"),
	LITERAL("Priv8 Mailer"), LITERAL("FoxMailer"),
};

static bool begins_with_any(struct span s, const struct span *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (span_case_starts(s, v[i]))
			return true;
	}
	return false;
}

static bool look_at_php(struct task *t, enum header_id id)
{
	const struct header *h = header_first(&task_msg(t)->headers, id);

	if (h == NULL)
		return false;
	if (span_has(h->value, SPAN_LIT("eval()'d")) || span_has(h->value, SPAN_LIT("runtime-created function")))
		hit_add(t, EVAL, h->value);
	else
		hit_add(t, SCRIPT, h->value);
	return true;
}

static void run(struct task *t, const void *state)
{
	struct span mailer = header_value(&task_msg(t)->headers, HDR_X_MAILER);

	(void)state;
	if (begins_with_any(mailer, spamware, sizeof(spamware) / sizeof(spamware[0])))
		hit_add(t, SPAMWARE, mailer);
	if (look_at_php(t, HDR_X_PHP_ORIGINATING_SCRIPT) || look_at_php(t, HDR_X_PHP_SCRIPT))
		return;
	if (begins_with_any(mailer, scripts, sizeof(scripts) / sizeof(scripts[0])))
		hit_add(t, SCRIPT, mailer);
}

const struct check check_mailer_script = {
	.name = "mailer_script", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
