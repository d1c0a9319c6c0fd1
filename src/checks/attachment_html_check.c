/* A web page as attachment runs outside of the mail program's limits: forms for passwords, and scripts that lead on or build a file. */
#include "checks/attachments.h"
#include "checks/extension.h"
#include "mail/charset.h"
#include "scan/check.h"

enum { FORM, SCRIPT };

static const struct symbol symbols[] = {
	[FORM] = { "ATTACHMENT_HTML_FORM", "content", 3000, "An attached HTML page asks for a password.", ACTION_NONE },
	[SCRIPT] = { "ATTACHMENT_HTML_SCRIPT", "content", 2500, "An attached HTML or SVG page holds a script or leads on to another page.", ACTION_NONE },
};

#define READ_MAX 262144 /* bytes of a page */
#define PAGES_MAX 10
#define DEPTH_MAX 256
#define LINKS_MAX 100

static bool is_page(const struct part *p)
{
	if (p->kind != PART_ATTACHMENT)
		return p->kind == PART_HTML;
	return p->detected == FILE_HTML || p->detected == FILE_SVG || span_eq(p->type, SPAN_LIT("text/html")) ||
	       extension_class_of(extension_of(p->name)) == EXTENSION_HTML;
}

struct walk {
	struct task *task;
	unsigned pages; /* read so far */
};

static bool seen(void *ctx, const struct part *p)
{
	struct walk *w = ctx;
	struct task *t = w->task;
	struct html_limits limits = { .text = READ_MAX, .links = LINKS_MAX, .depth = DEPTH_MAX };
	struct facts facts = { 0 };
	const struct html *html = p->html;
	struct html page;
	const unsigned active = HTML_SCRIPT | HTML_BLOB_SCRIPT | HTML_META_REFRESH;

	if (!is_page(p))
		return true;
	if (w->pages++ == PAGES_MAX)
		return false;
	if (html == NULL) {
		html_parse(task_arena(t), charset_to_utf8(task_arena(t), p->charset, span_sub(p->body, 0, READ_MAX), READ_MAX, &facts), &limits, &facts, &page);
		html = &page;
	}
	if ((html->flags & HTML_PASSWORD_INPUT) != 0)
		hit_add(t, FORM, attachment_label(p));
	if ((html->flags & active) != 0 || ((html->flags & HTML_SVG) != 0 && (html->flags & HTML_EVENT_HANDLER) != 0))
		hit_add_to(t, SCRIPT, (html->flags & (HTML_BLOB_SCRIPT | HTML_META_REFRESH)) != 0 ? 1400 : 1000, RCPT_ALL, attachment_label(p));
	return (html->flags & (active | HTML_PASSWORD_INPUT)) == 0;
}

static void run(struct task *t, const void *state)
{
	struct walk w = { .task = t };

	(void)state;
	attachments_each(task_msg(t), seen, &w);
}

const struct check check_attachment_html = {
	.name = "attachment_html", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = 2, .run = run,
};
