/*
 * Checks: one check, one file src/checks/NAME_check.c with one descriptor check_NAME. The registry is generated from the folder.
 *
 *   static const struct symbol symbols[] = { [MISSING] = { "MISSING_DATE", "content", 1000, "The message has no Date field" } };
 *   const struct check check_date = { .name = "date", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = 1, .run = run };
 *
 * run() sees transaction and message, which are frozen, and may only add hits and edits. It must be bounded and linear in what it reads.
 */
#ifndef WINNOW_SCAN_CHECK_H
#define WINNOW_SCAN_CHECK_H

#include "base/setting.h"
#include "io/op.h"
#include "mail/message.h"
#include "mail/transaction.h"
#include "scan/hit.h"

enum stage {
	STAGE_CONNECT = 1,
	STAGE_HELO = 2,
	STAGE_MAIL = 4,
	STAGE_RCPT = 8,
	STAGE_MESSAGE = 16,
};

/* A check runs only on messages that have what it needs. */
enum need {
	NEED_HTML = 1,        /* an HTML part */
	NEED_LINKS = 2,       /* a link */
	NEED_ATTACHMENTS = 4, /* an attachment */
	NEED_CLIENT = 8,      /* a client address */
	NEED_RCPT = 16,       /* a recipient in the envelope */
	NEED_INBOUND = 32,    /* the client is a stranger: not for outbound, relayed and local mail. Checks that look at the client behind a relay ask checks/stranger.h instead */
	NEED_TEXT = 64,       /* visible text */
};

struct engine;
struct services;
struct task;
struct scan;

struct check {
	const char *name;
	const char *where;           /* of checks made at run time: "FILE:LINE", for errors; else NULL */
	unsigned stages;             /* of enum stage */
	unsigned needs;              /* of enum need */
	const char *const *after;    /* checks or symbols whose hits this one reads; NULL-terminated; a cycle is a load error */
	bool last;                   /* runs after all that are not last */
	const struct symbol *symbols;
	size_t nsymbols;
	const struct setting_set *set; /* NULL: no settings; a SET_ONE block, which several checks may share */
	/* The action that a symbol forces by these settings (values of set); NULL: its own. */
	enum action (*force)(const void *cfg, unsigned sym);
	const void *ctx;             /* of checks made at run time: init gets it as cfg where there is no set, run gets it as state where there is no init */
	/* Once per generation, in the engine's arena. cfg: values of set. */
	bool (*init)(const struct engine *, struct arena *, const void *cfg, void **state_r, struct err *err_r);
	void (*run)(struct task *, const void *state);
};

/* What a running check may use. */
const struct scan *task_scan(const struct task *);
const struct transaction *task_tx(const struct task *);
const struct message *task_msg(const struct task *); /* NULL before STAGE_MESSAGE */
struct arena *task_arena(struct task *);             /* of the transaction */
const struct url_context *task_urls(const struct task *);
const struct services *task_services(const struct task *);

/* sym: index into the check's own symbols. Evidence is copied, cut at 200 bytes. A symbol hits at most once per recipient set: a second hit adds its permille up to 3000. */
void hit_add(struct task *, unsigned sym, struct span evidence);
void hit_add_to(struct task *, unsigned sym, int32_t permille, rcptset to, struct span evidence);
/* A hit of a symbol that another check owns, by its global number: for what every rule may meet (RULE_ERROR). */
void hit_add_symbol(struct task *, int symbol, struct span evidence);
rcptset task_rcptset(struct task *, const size_t *rcpt, size_t n);
/* Whether a symbol (by full name, resolved in init with engine_symbol) has hit: only for checks named in after. */
bool task_has_hit(const struct task *, int symbol);
/* Global number of a symbol, -1 when no check has it. */
int engine_symbol(const struct engine *, const char *name);

/*
 * A place for what several checks share in one scan (texts made once, counts that others ask for), found by the address of anything of theirs. NULL at first; memory of task_arena().
 */
void **task_shared(struct task *, const void *key);
void *scan_shared(const struct scan *, const void *key); /* NULL: nobody put anything there */

/*
 * Slow operations. task_await() registers one and returns the place to bind the op to; done is called when it ends, then the await closes by itself. A task is
 * settled when run() returned and no await is open. At the scan's deadline all open ops are cancelled and done is called with OP_DEADLINE;
 * what is registered then is cancelled at once.
 */
struct await;
struct await *task_await(struct task *, op_done *done, void *ctx);
void await_bind(struct await *, struct op *);
/* Closes an await without an operation: it could not be started. Only inside of run() or of a done() of the same task. */
void await_drop(struct await *);
/* What the provider is given as (done, ctx): await_done, await. */
void await_done(void *await, enum op_status, const void *result);

/* Edits of the message or envelope. Those of checks are applied with the reply when they change header fields for all recipients; the others are the reduction's own. */
enum edit_kind { EDIT_ADD_HEADER, EDIT_INSERT_HEADER, EDIT_CHANGE_HEADER, EDIT_DELETE_HEADER, EDIT_CHANGE_FROM, EDIT_ADD_RCPT, EDIT_DELETE_RCPT };

struct edit {
	enum edit_kind kind;
	struct span name;   /* header name, or address for recipients and sender (as RCPT gave it for deletions) */
	struct span value;
	uint32_t index;     /* headers: which one of that name, from 1; insertion: position, 0 is the top */
	rcptset to;
};

struct edits {
	struct edit *v;
	size_t n, cap;
};

void edit_add(struct task *, const struct edit *);

#endif
