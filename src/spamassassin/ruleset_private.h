/* Inside of rule sets: rules as they run. */
#ifndef WINNOW_SPAMASSASSIN_RULESET_PRIVATE_H
#define WINNOW_SPAMASSASSIN_RULESET_PRIVATE_H

#include "rules/expr.h"
#include "spamassassin/gate.h"
#include "spamassassin/plugin.h"
#include "spamassassin/replace.h"
#include "spamassassin/ruleset.h"

/* Kinds of text with a pattern set of their own. HEADERS: headers that are long or all headers together. */
enum sa_text { SA_TEXT_HEADER, SA_TEXT_HEADERS, SA_TEXT_BODY, SA_TEXT_RAWBODY, SA_TEXT_FULL, SA_TEXT_URI, SA_TEXTS };

/* In one priority, rules run kind by kind. */
enum sa_order { SA_ORDER_HEADER, SA_ORDER_HEADER_EVAL, SA_ORDER_BODY, SA_ORDER_URI, SA_ORDER_BODY_EVAL, SA_ORDER_RAWBODY, SA_ORDER_RAWBODY_EVAL, SA_ORDER_FULL,
	SA_ORDER_FULL_EVAL, SA_ORDER_META };

/* A named group of a pattern, whose text other patterns may ask for as %{NAME}. */
struct sa_capture {
	unsigned group;
	unsigned tag;
};

/* A pattern with %{NAME}: made for each message. The one in the set is an approximation that never misses. */
struct sa_template {
	struct span text;
	unsigned flags;
	const unsigned *tags; /* those that the rule needs */
	size_t ntags;
};

struct sa_mime_test {
	struct span header; /* without ":raw" */
	bool raw, negated;
	struct span if_unset;
	unsigned first, last; /* parts, from 1 */
	const struct regex *regex;
};

struct sa_uri_test {
	struct {
		const struct regex *regex; /* NULL: not asked for */
		bool negated;
	} of[CF_CRITERIA_MAX];
};

struct sa_rule {
	struct cf_rule *cf;
	enum sa_order order;
	bool runs;
	bool multiple;
	unsigned max;      /* hits; 0: no limit */
	unsigned absent;   /* header rules: hits when the header is not there */
	unsigned pattern;  /* in the set of its kind */
	const struct regex *regex;
	int gate;          /* of its kind's gates, for patterns that are in no set with a prefilter; -1: none */
	unsigned gate_times; /* what it takes in one line */
	const struct starts *starts; /* where in a line it may match; NULL: anywhere */
	unsigned header;   /* index of its name */
	enum sa_text text; /* header rules: HEADER or HEADERS */
	bool negated, exists;
	int symbol;        /* of the check; -1: none */
	unsigned stage;
	const struct sa_template *template;
	const struct sa_capture *captures;
	size_t ncaptures;
	const struct sa_eval *eval;
	size_t plugin;
	const struct span *args;
	size_t nargs;
	const struct sa_mime_test *mime;
	const struct sa_uri_test *uri;
	struct expr *meta;
	bool always;       /* meta that is not 0 when nothing hits */
	unsigned *dependents; /* metas that name this rule */
	size_t ndependents;
};

/* Rules that run together; then the metas that know all they need. */
struct sa_stage {
	int priority;
	const unsigned *rules; /* by order */
	size_t nrules;
	const unsigned *metas; /* a meta behind those it names */
	size_t nmetas;
};

struct sa_ruleset {
	struct arena *arena;
	struct cf *cf;
	struct sa_rule *rules; /* as in cf */
	size_t nrules;
	int score_set;
	const void **states;   /* of the plugins, as in sa_plugins */
	const struct sa_view_config *view_config;
	struct replace *replace;
	struct regex_memory *memory;
	struct pattern_set *sets[SA_TEXTS];
	struct pattern_set *gated[SA_TEXTS]; /* patterns that have gates instead of a prefilter */
	struct gates *gates[SA_TEXTS];
	struct span *headers;  /* names that header rules ask for */
	size_t nheaders, cap_headers;
	struct map header_names;
	struct span *tags;     /* names of captures */
	size_t ntags, cap_tags;
	struct map tag_names;
	struct sa_stage *stages;
	size_t nstages;
	bool shortcircuit;     /* some rule may end the scan */
	double ham_score, spam_score, min_ham_score, max_spam_score; /* of Shortcircuit */
	bool has_min_ham, has_max_spam;
	int shortcircuit_rule; /* "SHORTCIRCUIT"; -1 */
	struct check check;
	struct symbol *symbols;
	unsigned error_symbol, ham_symbol, spam_symbol;
};

/* Values of metas beside the rules' own: behind all rules. */
#define SA_VALUE_UNKNOWN(rs) ((rs)->nrules)
#define SA_VALUE_LOCAL(rs) ((rs)->nrules + 1)

struct sa_hit {
	unsigned rule;
	unsigned times;
	struct span evidence;
};

struct sa_header_value {
	bool known, there;
	struct span value;
};

struct sa_tag_values {
	struct span *v;
	size_t n, cap;
};

/* Headers of parts, as mimeheader rules ask for them: fetched once. */
struct sa_mime_values {
	struct span header;
	bool raw;
	struct span *v; /* p == NULL: the part has none */
};

/* One scan. */
struct sa_run {
	const struct sa_ruleset *rs;
	struct arena *arena;
	struct sa_view *view;
	double *counts;         /* per rule, and the two values behind */
	uint8_t *touched;       /* per rule: a meta that has to be evaluated */
	struct sa_header_value *headers;
	struct span values[2];  /* of HEADER and HEADERS: what rules of that kind ask for */
	uint64_t *candidates[SA_TEXTS]; /* NULL: not looked for yet */
	uint64_t *open[SA_TEXTS];       /* the same of the gates */
	uint8_t **gate_counts[SA_TEXTS]; /* by gate: for each line, how often; made on first use */
	struct sa_hit *hits;
	size_t nhits, cap_hits;
	struct sa_tag_values *tags;
	struct sa_mime_values *mime;
	size_t nmime, cap_mime;
	double score;
	bool stopped;           /* shortcircuited */
	int stopped_by;         /* rule; -1: the score */
	struct span limit;      /* name of a rule whose pattern reached its limits; empty: none */
};

/* ruleset_compile.c: what a rule needs to run; rules that cannot run are marked in cf. */
void sa_rule_compile(struct sa_ruleset *, unsigned rule);
/* Headers that are long in most messages. */
bool sa_header_is_long(struct span name);
/* After all: patterns with tags that nobody captures. */
void sa_templates_check(struct sa_ruleset *);
/* Marks a rule as broken or unsupported. */
void sa_rule_refuse(struct sa_ruleset *, unsigned rule, bool unsupported, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* ruleset_meta.c: expressions, dependents. ruleset_stage.c: priorities, stages. */
void sa_metas_compile(struct sa_ruleset *);
void sa_stages_make(struct sa_ruleset *);
/* The order of metas: each behind those it names. v has room for all rules; returns how many. */
size_t sa_metas_order(const struct sa_ruleset *, unsigned *v);

/* ruleset_run.c */
struct sa_run *sa_run_new(const struct sa_ruleset *, struct arena *, struct sa_view *);
void sa_run_all(struct sa_run *);
/* Records that a rule hit. value: of evals and metas, 1 else. */
void sa_run_hit(struct sa_run *, unsigned rule, double value, unsigned times, struct span evidence);
/* Whether a pattern matches; one that reaches its limits does not. */
bool sa_run_matches(struct sa_run *, const struct sa_rule *, const struct regex *, struct span text, size_t from, struct span *captures_r, size_t n);
/* Number of matches in one text, at most "most" (0: no limit). */
unsigned sa_run_count(struct sa_run *, const struct sa_rule *, const struct regex *, struct span text, unsigned most, struct span *evidence_r);
/* ruleset_text.c: header, body, rawbody, full and uri rules. */
void sa_run_text(struct sa_run *, unsigned rule);
/* ruleset_kinds.c */
void sa_run_mimeheader(struct sa_run *, unsigned rule);
void sa_run_uri_detail(struct sa_run *, unsigned rule);

#endif
