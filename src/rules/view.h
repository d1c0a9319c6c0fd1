/*
 * A message as rules see it: texts in plain form with the patterns that may match them, made on first use, once per scan, shared by all rules of all checks of the rules layer.
 *
 * The plan is of a generation: the pattern set of every kind of text, the header fields that rules look at, the numbers of the rules. The view is of a scan; it lives in the
 * transaction's arena.
 */
#ifndef WINNOW_RULES_VIEW_H
#define WINNOW_RULES_VIEW_H

#include "match/pattern_set.h"
#include "rules/header_name.h"
#include "rules/literal_gate.h"
#include "scan/check.h"

/* Kinds of text; each has one set of patterns. The texts in plain form (mail/fold.h) are subject, body, hidden; of the other kinds some values are. */
enum text_kind {
	TEXT_SUBJECT,
	TEXT_BODY,     /* visible text; wrapped lines are joined (docs/rules.md) */
	TEXT_HIDDEN,
	TEXT_RAWBODY,  /* decoded bytes of text and HTML parts, one value a part */
	TEXT_FULL,
	TEXT_HEADERS,  /* all fields as "Name: value", one a line */
	TEXT_HEADER,   /* what the picks give */
	TEXT_URL,      /* parts of links */
	TEXT_FILE,     /* parts of attachments */
	TEXT_ENVELOPE, /* envelope and client */
	TEXT_N
};

enum link_part { LINK_WHOLE, LINK_HOST, LINK_DOMAIN, LINK_PATH, LINK_QUERY, LINK_SCHEME, LINK_SHOWN, LINK_PARTS };
enum file_part { FILE_NAME, FILE_EXTENSION, FILE_TYPE, FILE_PARTS };
enum peer_part { PEER_FROM, PEER_FROM_DOMAIN, PEER_RCPT, PEER_NAME, PEER_HELO, PEER_USER, PEER_IP, PEER_PARTS };

struct view_plan;

struct view_plan *view_plan_new(struct arena *);
struct arena *view_plan_arena(const struct view_plan *);
struct regex_memory *view_plan_memory(const struct view_plan *);
struct pattern_set *view_plan_set(const struct view_plan *, enum text_kind);
struct pattern_set *const *view_plan_sets(const struct view_plan *, size_t *n_r);
/* The literals of matchers of whole values, and how many such matchers there are. */
struct literal_gate *view_plan_gate(const struct view_plan *, enum text_kind);
unsigned view_plan_gate_number(struct view_plan *, enum text_kind);
/* The number of what header rules look at; made when new. The name is copied. */
unsigned view_plan_pick(struct view_plan *, const struct header_name *);
/* Whether its values are in plain form: subject and display names. */
bool view_pick_plain(const struct header_name *);
/* The number of a rule whose hits are counted per scan (view_count); made when new. _find: -1 when there is none. */
unsigned view_plan_rule(struct view_plan *, struct span name);
int view_plan_find_rule(const struct view_plan *, struct span name);

struct view_values {
	const struct span *v;
	size_t n;
	bool made;
};

struct view_text {
	struct view_values values;
	uint64_t *bits;      /* patterns that may match; those found not to match a text of one value lose their bit */
	uint64_t *literals;  /* matchers whose literals may match, by gate number; NULL until asked for */
	struct pattern_places **places; /* of longer values: where a candidate may match, by value and pattern; NULL: not known */
	struct span *found;  /* of texts of one value: by pattern, where it matched; NULL until one did */
};

struct view_link {
	struct span part[LINK_PARTS];
};

struct view_file {
	struct span part[FILE_PARTS];
	size_t size;
};

struct rule_view {
	const struct view_plan *plan;
	struct task *task;           /* of the check that runs */
	const struct transaction *tx;
	const struct message *msg;
	struct arena *arena;
	struct regex_memory *memory;
	struct view_text text[TEXT_N];
	struct view_values *picks;   /* by number */
	uint8_t *present;            /* by number: 0 unknown, 1 no such field, 2 there is one */
	const struct view_link *links;
	size_t nlinks;
	const struct view_file *files;
	size_t nfiles;
	bool links_made, files_made;
	const char *rule;            /* the one that is evaluated, for view_failed() */
	unsigned failed;             /* how often one of its patterns reached its limits */
	uint16_t *count;             /* hits by rule number */
	rcptset *to;                 /* for whom, where count is not 0 */
};

/* The view of the task's scan. The message must be there. */
struct rule_view *rule_view_of(struct task *, const struct view_plan *);
/* The same without making one; NULL: none was made. */
struct rule_view *rule_view_find(const struct scan *, const struct view_plan *);

/* The text with its candidates, made when needed. */
const struct view_text *view_make_text(struct rule_view *, enum text_kind);
static inline const struct view_text *view_text(struct rule_view *v, enum text_kind kind)
{
	return v->text[kind].bits != NULL ? &v->text[kind] : view_make_text(v, kind);
}
const uint64_t *view_make_literals(struct rule_view *, enum text_kind);
static inline const uint64_t *view_literals(struct rule_view *v, enum text_kind kind)
{
	return v->text[kind].literals != NULL ? v->text[kind].literals : view_make_literals(v, kind);
}
const struct view_values *view_pick(struct rule_view *, unsigned pick);
bool view_has_field(struct rule_view *, unsigned pick);
const struct view_link *view_links(struct rule_view *, size_t *n_r);
const struct view_file *view_files(struct rule_view *, size_t *n_r);
/* One value of envelope or client; empty when unknown. PEER_RCPT: not here. */
struct span view_peer(struct rule_view *, enum peer_part);

/* So often may patterns of one rule reach their limits in one message; from then on they match nothing: what costs a moment once must not be paid for every link. */
#define VIEW_FAILED_MAX 4

/* The rule that is evaluated from now on. */
static inline void view_begin(struct rule_view *v, const char *rule)
{
	v->rule = rule;
	v->failed = 0;
}
/* A pattern of the rule that is evaluated reached its limits: RULE_ERROR. */
void view_failed(struct rule_view *);
/* Remembers a hit of a rule. */
void view_count_add(struct rule_view *, unsigned rule, unsigned count, rcptset to);
static inline unsigned view_count(const struct rule_view *v, unsigned rule)
{
	return v->count[rule];
}

#endif
