/* Inside of the parser of SpamAssassin's configuration files. */
#ifndef WINNOW_SPAMASSASSIN_CF_PRIVATE_H
#define WINNOW_SPAMASSASSIN_CF_PRIVATE_H

#include "spamassassin/cf.h"

#define CF_INCLUDE_DEPTH 16
#define CF_IF_DEPTH 256

/* What lines say about a rule by its name, before or after the rule itself. */
struct cf_attr {
	struct span name;
	struct span describe, tflags;
	double scores[4];
	int priority;
	bool scored;
	enum cf_shortcircuit shortcircuit;
};

struct cf_if {
	bool skip;     /* as it was outside */
	unsigned line;
};

struct cf_parser {
	struct cf *cf;
	struct arena *arena;
	const struct cf_context *context;
	struct map attrs;       /* struct cf_attr */
	struct map plugins;     /* named by loadplugin */
	struct map compat;      /* named by enable_compat */
	struct map files;       /* read already */
	bool from_text;         /* no files may be read */
	bool pre_files;         /* .pre files were among them: what Debian's say by default does not count */
	struct cf_origin at;
	unsigned depth;
	struct cf_if *ifs;
	size_t nifs, cap_ifs;
	bool skip;
};

/* A mistake in the line at hand. Returns false. */
bool cf_mistake(struct cf_parser *, struct span rule, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* cf_parse.c */
void cf_parse(struct cf_parser *, struct span text, const char *file);
/* cf_files.c: "include". */
void cf_include(struct cf_parser *, struct span path);
/* cf_condition.c: the value of what stands behind "if". */
bool cf_condition(struct cf_parser *, struct span text);
bool cf_plugin_loaded(const struct cf_parser *, struct span name);
/* cf_define.c: true when the keyword is one of its own. */
bool cf_define(struct cf_parser *, struct span keyword, struct span value);
struct cf_attr *cf_attr(struct cf_parser *, struct span name);
bool cf_name_valid(struct span name);
/* cf_finish.c */
void cf_finish(struct cf_parser *);
/* cf_keyword.c: keywords of SpamAssassin's core that need no plugin. */
bool cf_keyword_core(struct span keyword);

/* Takes a word off the front; white space around it is dropped. Empty at the end. */
struct span cf_word(struct span *rest);
/* "-12.5": digits with an optional fraction. */
bool cf_number(struct span, double *value_r);

#endif
