/*
 * SpamAssassin's configuration files (Mail::SpamAssassin::Conf(3pm), version 4.0), as they are: parsed into rules and directives. Pure but for reading the files.
 *
 * Later lines win, as in SpamAssassin: a rule defined twice is the last one; its scores, description and flags are looked up by name in the end. Files are read in the
 * order of their pattern, names sorted within one. "include" is followed. if/ifplugin/else/endif, version and can()/has() conditions are decided as SpamAssassin 4.0.1 with the plugins that
 * we have would; replace_tag/inter/pre/post are applied; "lang xx" lines are passed over but for "lang en".
 *
 * What cannot be understood is never an error of the whole file, as in SpamAssassin, but recorded with file and line: broken patterns, unknown directives,
 * scores that are no numbers, metas over unknown symbols are problems (warnings when loading); rules of kinds or evals that we do not have are unsupported.
 */
#ifndef WINNOW_SPAMASSASSIN_CF_H
#define WINNOW_SPAMASSASSIN_CF_H

#include "base/array.h"
#include "base/err.h"
#include "base/map.h"

enum cf_kind { CF_NONE, CF_HEADER, CF_BODY, CF_RAWBODY, CF_FULL, CF_URI, CF_URI_DETAIL, CF_MIMEHEADER, CF_META, CF_EVAL /* header|body|rawbody|full NAME eval:F(ARGS) */ };

enum cf_flags {
	CF_MULTIPLE = 1, CF_NOSUBJECT = 2, CF_NICE = 4, CF_NET = 8, CF_LEARN = 16, CF_USERCONF = 32, CF_CONCAT = 64, CF_PUBLISH = 128,
};

/* Plugin Shortcircuit: a hit ends the scan; CF_SHORTCIRCUIT_SPAM and _HAM with a score of their own. */
enum cf_shortcircuit { CF_SHORTCIRCUIT_NONE, CF_SHORTCIRCUIT_ON, CF_SHORTCIRCUIT_HAM, CF_SHORTCIRCUIT_SPAM };

struct cf_origin {
	const char *file;
	unsigned line;
};

struct cf_rule {
	struct span name;
	enum cf_kind kind;
	enum cf_kind eval_kind;   /* CF_EVAL: CF_HEADER, CF_BODY, ... as declared */
	struct span text;         /* what stands behind the name: the pattern with what is before it, the expression, "f(args)" */
	struct cf_origin from;
	struct span describe;
	struct span tflags;       /* as written */
	enum cf_shortcircuit shortcircuit;
	double score;             /* of the score set in use; default 1, T_ 0.01, nice negative */
	bool scored;              /* a score line was there */
	unsigned flags;           /* tflags */
	unsigned maxhits;         /* 0: no limit */
	int priority;
	bool sub;                 /* name begins with "__": no symbol */
	bool dead;                /* score 0, or unsupported or broken: never run, never hits */
	struct span why;          /* dead because unsupported or broken: the reason */
};

/* One line of a directive that plugins read (freemail_domains, welcomelist_from, enlist_uri_host, ...): what stands behind the keyword. */
struct cf_directive {
	struct span keyword; /* lower case, whitelist/blacklist spelt welcomelist/blocklist */
	struct span args;
	struct cf_origin from;
};

struct cf_problem {
	struct cf_origin from;
	struct span text;
	bool unsupported; /* else a mistake in the file */
	struct span rule; /* name, may be empty */
};

struct cf {
	struct arena *arena;
	struct cf_rule *rules; /* in the order of first definition */
	size_t nrules, cap_rules;
	struct map by_name;    /* name -> index + 1 */
	struct cf_directive *directives;
	size_t ndirectives, cap_directives;
	struct cf_problem *problems;
	size_t nproblems, cap_problems;
	struct map elsewhere;  /* names of rules that exist in SpamAssassin but not here: in blocks passed over, or made by plugins' directives; metas may name them */
};

/* What the parser must know about who uses it. */
struct cf_context {
	int score_set;                              /* 0-3: 0 no network, no Bayes; 1 network; 2 Bayes; 3 both */
	/* Each may be NULL: none. */
	bool (*has_plugin)(void *ctx, struct span name);  /* "Mail::SpamAssassin::Plugin::FreeMail" is loaded, whether or not a loadplugin line says so */
	bool (*knows_plugin)(void *ctx, struct span name); /* a loadplugin line may name it */
	bool (*has_eval)(void *ctx, struct span function);
	bool (*has_directive)(void *ctx, struct span keyword); /* some plugin reads it */
	void *ctx;
};

/* patterns: file names with * and ?; a pattern that matches nothing is no error, a name without wildcard that cannot be read is. NULL on error. */
struct cf *cf_load(struct arena *, const struct span *patterns, size_t n, const struct cf_context *, struct err *err_r) MUST_USE;
/* The same from text, for tests; name stands in problems. */
struct cf *cf_load_text(struct arena *, struct span text, const char *name, const struct cf_context *);

/* The directives of a keyword, in order: call with NULL first, then with what it returned; NULL at the end. */
const struct cf_directive *cf_directive_next(const struct cf *, struct span keyword, const struct cf_directive *previous);

/* What stands behind the name of a rule with a pattern, taken apart. */
struct cf_pattern {
	struct span header;   /* CF_HEADER, CF_MIMEHEADER: with its modifiers */
	bool exists;          /* "exists:HEADER": no pattern */
	bool negated;         /* "!~" */
	bool has_unset;       /* "[if-unset: TEXT]" */
	struct span if_unset;
	struct span pattern;  /* without delimiters and flags */
	unsigned flags;       /* enum regex_flags */
};
/* CF_HEADER, CF_BODY, CF_RAWBODY, CF_FULL, CF_URI, CF_MIMEHEADER. False: err tells what is wrong. Does not compile the pattern. */
bool cf_pattern_read(struct arena *, enum cf_kind, struct span text, struct cf_pattern *pattern_r, struct err *err_r) MUST_USE;

/* One "key =~ /pattern/" of uri_detail. */
struct cf_criterion {
	struct span key; /* raw, type, cleaned, text, domain, host */
	bool negated;
	struct span pattern;
	unsigned flags;
};
#define CF_CRITERIA_MAX 6
/* Number of criteria, each key at most once (the last counts); 0: err tells what is wrong. */
size_t cf_criteria_read(struct arena *, struct span text, struct cf_criterion criteria_r[static CF_CRITERIA_MAX], struct err *err_r);

/* "f('a', 1.5, name)" of CF_EVAL; quotes are taken off. */
struct cf_call {
	struct span function;
	struct span *args;
	size_t nargs, cap_args;
};
bool cf_call_read(struct arena *, struct span text, struct cf_call *call_r);

/* A directive's keyword in the spelling that is recorded: lower case, '_' for '-', welcomelist and blocklist. In the arena when it had to change. */
struct span cf_keyword(struct arena *, struct span written);

#endif
