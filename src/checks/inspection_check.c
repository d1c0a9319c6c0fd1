/*
 * Hands files to the inspector and collects its answers; others weigh them. Files: attachments, what has a file name, HTML that is more than text (antivirus.html), text that is no
 * prose, in the message and in attached ones; and the whole message where its form is such that others may read other parts in it than we do. Beside this the other checks run.
 */
#include "auth/base64.h"
#include "base/array.h"
#include "checks/attachments.h"
#include "checks/inspection.h"
#include "inspect/clamd_client.h"
#include "inspect/inspector.h"
#include "inspect/password.h"
#include "mail/html.h"
#include "scan/engine.h"

#define FILES_MAX 500
#define UNDECLARED_MIN 64 /* bytes of base64 that are taken for such */
#define LINE_BLOB 60 /* a word as long as this, more than once, is no prose */

struct file {
	struct task *task;
	struct inspection *slot;
};

static const char shared;

const struct inspection_list *inspection_of(struct task *t)
{
	return *task_shared(t, &shared);
}

struct span inspection_label(const struct inspection *i)
{
	return i->part != NULL ? attachment_label(i->part) : SPAN_LIT("message");
}

/* Choosing. */

struct chosen {
	struct task *task;
	const struct antivirus_settings *set;
	struct inspection *v;
	size_t n, cap;
	bool full;      /* there are more files: the whole message is handed over, too */
	struct span passwords[INSPECT_PASSWORDS_MAX]; /* that the text may give; looked for once, where there is an archive */
	size_t npasswords;
	bool looked;
};

/* Encrypted zips are all that a password can open here. */
static void give_passwords(struct chosen *c, struct inspect_job *job, enum file_type type)
{
	if (type != FILE_ZIP && type != FILE_JAR && type != FILE_OOXML)
		return;
	if (!c->looked) {
		c->npasswords = contents_password_candidates(task_msg(c->task)->text, c->passwords, INSPECT_PASSWORDS_MAX);
		c->npasswords += contents_password_candidates(task_msg(c->task)->subject, c->passwords + c->npasswords, INSPECT_PASSWORDS_MAX - c->npasswords);
	}
	c->looked = true;
	job->passwords = c->passwords;
	job->npasswords = c->npasswords;
}

static void add(struct chosen *c, const struct message *m, const struct part *p, struct span content, unsigned flags)
{
	*ARRAY_ADD(task_arena(c->task), c->v, c->n, c->cap) =
		(struct inspection){ .msg = m, .part = p, .content = content, .flags = flags, .answer = { .status = INSPECT_UNAVAILABLE } };
}

static void choose(struct chosen *c, const struct message *m, const struct part *p, struct span content, unsigned flags)
{
	if (content.len == 0)
		return;
	c->full |= c->n == FILES_MAX;
	if (!c->full)
		add(c, m, p, content, flags);
}

/* Long words without a blank are encoded files; few texts have any (links), and not line by line. */
static bool has_blob(struct span text)
{
	size_t run = 0, words = 0;

	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.p[i] > ' ') {
			words += ++run == LINE_BLOB;
			continue;
		}
		run = 0;
	}
	return words > 3;
}

static bool is_odd_text(const struct part *p)
{
	struct span start = span_sub(p->body, 0, 65536);

	return has_blob(start) || span_has(start, SPAN_LIT("X5O!P%@AP")) || span_has(start, SPAN_LIT("<script")) || span_has(start, SPAN_LIT("<SCRIPT")) ||
	       (p->detected != FILE_TEXT && p->detected != FILE_UNKNOWN && p->detected != FILE_EMPTY && p->detected != FILE_HTML);
}

/* Flags that say: this is more than text and pictures. */
#define HTML_ACTIVE (HTML_SCRIPT | HTML_FORM | HTML_IFRAME | HTML_OBJECT | HTML_DATA_URI | HTML_DATA_HTML_URI | HTML_JAVASCRIPT_URI | HTML_BLOB_SCRIPT)

static bool wants_html(const struct antivirus_settings *set, const struct part *p)
{
	if (set->html != ANTIVIRUS_HTML_SUSPICIOUS)
		return set->html == ANTIVIRUS_HTML_ALL;
	return p->html != NULL && (p->html->flags & HTML_ACTIVE) != 0;
}

/* A body of base64 and nothing else, where the encoding was not declared, or hidden from us: some mail programs decode it. */
static void choose_undeclared(struct chosen *c, const struct message *m, const struct part *p)
{
	struct span bytes;

	if (p->body.len < UNDECLARED_MIN || span_eq(p->encoding, SPAN_LIT("base64")) || !base64_decode(task_arena(c->task), p->body, p->body.len, &bytes))
		return;
	choose(c, m, p, bytes, INSPECT_VIRUSES | INSPECT_MAIL | (contents_wanted(file_type_detect(bytes), p->name) ? INSPECT_CONTENTS : 0));
}

static void choose_part(struct chosen *c, const struct message *m, const struct part *p)
{
	unsigned flags = INSPECT_VIRUSES | INSPECT_MAIL;

	if (p->kind == PART_ATTACHMENT || p->kind == PART_TEXT)
		choose_undeclared(c, m, p);
	if (p->kind == PART_ATTACHMENT || ((p->kind == PART_TEXT || p->kind == PART_HTML) && (p->name.len != 0 || span_eq(p->disposition, SPAN_LIT("attachment")))))
		choose(c, m, p, p->body, flags | (contents_wanted(p->detected, p->name) ? INSPECT_CONTENTS : 0));
	else if (p->kind == PART_HTML ? wants_html(c->set, p) : p->kind == PART_TEXT && is_odd_text(p))
		choose(c, m, p, p->body, INSPECT_VIRUSES);
}

/* Forms in which mail programs disagree about where parts begin, or how they are encoded. */
static bool is_ambiguous(const struct message *m)
{
	static const enum fact odd[] = {
		FACT_CONTENT_TYPE_BAD, FACT_CONTENT_TYPE_CONFLICT, FACT_BOUNDARY_MISSING, FACT_BOUNDARY_BAD, FACT_BOUNDARY_UNUSED, FACT_BOUNDARY_PREFIX, FACT_ENCODING_UNKNOWN,
		FACT_ENCODING_ON_COMPOSITE, FACT_BASE64_BAD_CHAR, FACT_BASE64_BAD_PADDING, FACT_DUPLICATE_CONTENT_TYPE, FACT_DUPLICATE_MIME_HEADER, FACT_PART_TOO_MANY,
		FACT_PART_TOO_DEEP, FACT_NO_HEADER_END, FACT_BARE_CR, FACT_BOUNDARY_UNCLOSED, FACT_PREAMBLE_LARGE, FACT_EPILOGUE_LARGE, FACT_PARAMETER_BAD,
	};

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		if (fact_has(&m->facts, odd[i]))
			return true;
	}
	return false;
}

/* Bounded as the parse was: parts in all, and depth. What is declared a message and is none, or one that others read otherwise, is a file, too. */
static void choose_from(struct chosen *c, const struct message *m)
{
	for (size_t i = 0; i < m->nparts && !c->full; i++) {
		const struct part *p = &m->parts[i];

		choose_part(c, m, p);
		if (p->kind == PART_MESSAGE && (p->inner == NULL || is_ambiguous(p->inner)))
			choose(c, m, p, p->body, INSPECT_VIRUSES | INSPECT_MAIL);
		if (p->kind == PART_MESSAGE && p->inner != NULL)
			choose_from(c, p->inner);
	}
}

/* Asking. */

/* The external scanner's word beside ours: what either finds is found; what either could not do was not done. */
static void merge(struct inspection *i, const struct inspect_answer *ours, const struct inspect_answer *theirs)
{
	struct inspect_answer *a = &i->answer;

	*a = *ours;
	a->flags |= theirs->flags;
	if (theirs->nnames != 0 && a->nnames < INSPECT_NAMES_MAX)
		a->names[a->nnames++] = theirs->names[0];
	if (ours->status == INSPECT_NOT_SCANNED || ours->status == INSPECT_CLEAN || theirs->status == INSPECT_FOUND)
		a->status = theirs->status;
}

static void settle(struct inspection *slot)
{
	if (slot->external)
		merge(slot, &slot->own, &slot->theirs);
}

static void take(struct task *t, struct inspection *slot, const struct inspect_answer *a)
{
	struct arena *arena = task_arena(t);
	struct contents *contents;

	slot->own = *a;
	for (size_t i = 0; i < a->nnames; i++)
		slot->own.names[i] = arena_copy(arena, a->names[i]);
	slot->own.contents = SPAN_NONE;
	slot->answer = slot->own;
	settle(slot);
	if (a->contents.len == 0)
		return;
	contents = ARENA_NEW(arena, struct contents);
	if (contents_decode(arena, arena_copy(arena, a->contents), contents))
		slot->contents = contents;
}

static void done(void *ctx, enum op_status status, const void *result)
{
	const struct file *f = ctx;

	if (status == OP_OK)
		take(f->task, f->slot, result);
}

static void done_external(void *ctx, enum op_status status, const void *result)
{
	const struct file *f = ctx;

	if (status == OP_OK) {
		f->slot->theirs = *(const struct inspect_answer *)result;
		if (f->slot->theirs.nnames != 0)
			f->slot->theirs.names[0] = arena_copy(task_arena(f->task), f->slot->theirs.names[0]);
	}
	settle(f->slot);
}

static void ask_external(struct chosen *c, struct clamd_client *clamd, struct inspection *slot, struct span content)
{
	struct file *f = ARENA_NEW(task_arena(c->task), struct file);
	struct await *await;

	*f = (struct file){ c->task, slot };
	slot->external = true;
	slot->own = slot->theirs = (struct inspect_answer){ .status = INSPECT_UNAVAILABLE };
	await = task_await(c->task, done_external, f);
	await_bind(await, clamd_client_scan(clamd, content, c->set->wait_us, await_done, await));
}

static void ask(struct chosen *c, struct inspection *slot)
{
	const struct services *services = task_services(c->task);
	struct inspect_job job = { .content = slot->content, .flags = slot->flags };
	struct file *f = ARENA_NEW(task_arena(c->task), struct file);
	struct inspect_answer known;
	struct await *await;
	struct op *op;

	if (slot->part != NULL) {
		job.name = slot->part->name;
		job.type = slot->part->type;
		give_passwords(c, &job, slot->part->detected);
	}
	if (services->inspector == NULL) {
		services->here->answer(services->here->ctx, &job, task_arena(c->task), &known);
		take(c->task, slot, &known);
		return;
	}
	if (services->clamd != NULL && (slot->flags & INSPECT_VIRUSES) != 0)
		ask_external(c, services->clamd, slot, job.content);
	*f = (struct file){ c->task, slot };
	await = task_await(c->task, done, f);
	op = inspect_start(services->inspector, &job, c->set->wait_us, task_arena(c->task), &known, await_done, await);
	if (op != NULL) {
		await_bind(await, op);
		return;
	}
	await_drop(await);
	take(c->task, slot, &known);
}

static bool init(const struct engine *e, struct arena *arena, const void *cfg, void **state_r, struct err *err_r)
{
	const struct antivirus_settings **set = ARENA_NEW(arena, const struct antivirus_settings *);

	(void)e;
	(void)err_r;
	*set = cfg;
	*state_r = (void *)set;
	return true;
}

static void run(struct task *t, const void *state)
{
	const struct services *services = task_services(t);
	struct inspector *in = services->inspector;
	struct chosen c = { .task = t, .set = *(const struct antivirus_settings *const *)state };
	struct inspection_list *list;

	if (in == NULL && services->here == NULL)
		return;
	choose_from(&c, task_msg(t));
	if (c.full || is_ambiguous(task_msg(t)))
		add(&c, task_msg(t), NULL, task_msg(t)->raw, INSPECT_VIRUSES | INSPECT_MAIL);
	list = ARENA_NEW(task_arena(t), struct inspection_list);
	*list = (struct inspection_list){ .v = c.v, .n = c.n, .no_signatures = in != NULL && inspector_phase(in) == INSPECT_NO_SIGNATURES };
	*task_shared(t, &shared) = list;
	for (size_t i = 0; i < c.n; i++)
		ask(&c, &c.v[i]);
}

const struct check check_inspection = {
	.name = "inspection", .stages = STAGE_MESSAGE, .set = &antivirus_setting_set, .init = init, .run = run,
};
