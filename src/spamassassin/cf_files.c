/* Files of configuration: patterns of names, reading, "include". */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "spamassassin/cf_private.h"

#define FILE_MAX_SIZE (64u << 20)

struct names {
	struct span *v;
	size_t n, cap;
};

static struct cf *cf_new(struct arena *arena)
{
	struct cf *cf = ARENA_NEW(arena, struct cf);

	cf->arena = arena;
	map_init(&cf->by_name, arena, false);
	map_init(&cf->elsewhere, arena, false);
	return cf;
}

static void parser_init(struct cf_parser *p, struct arena *arena, const struct cf_context *context)
{
	*p = (struct cf_parser){ .cf = cf_new(arena), .arena = arena, .context = context };
	map_init(&p->attrs, arena, false);
	map_init(&p->plugins, arena, false);
	map_init(&p->compat, arena, false);
	map_init(&p->files, arena, false);
}

static bool read_stream(struct arena *arena, FILE *f, const char *name, struct span *text_r, struct err *err_r)
{
	struct buf b = { .arena = arena, .max = FILE_MAX_SIZE };
	size_t n;

	do {
		char *to = buf_reserve(&b, 65536);

		if (to == NULL)
			return err_set(err_r, "%s: more than %u MB", name, FILE_MAX_SIZE >> 20);
		n = fread(to, 1, 65536, f);
		b.len += n;
	} while (n != 0);
	if (ferror(f))
		return err_set(err_r, "%s: %s", name, strerror(errno));
	*text_r = buf_span(&b);
	return true;
}

/* Reads and parses a file, once. */
static bool parse_file(struct cf_parser *p, const char *name, struct err *err_r)
{
	struct span text = SPAN_NONE;
	struct stat st;
	FILE *f;
	bool ok;

	if (map_put(&p->files, span_of(name), p) != NULL)
		return true;
	f = fopen(name, "re");
	if (f == NULL)
		return err_set(err_r, "%s: %s", name, strerror(errno));
	if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode))
		ok = err_set(err_r, "%s: no file", name);
	else
		ok = read_stream(p->arena, f, name, &text, err_r);
	fclose(f);
	if (ok)
		cf_parse(p, text, name);
	return ok;
}

/* Adds the names of files that a pattern stands for, in order; a folder stands for its *.cf. */
static bool expand(struct arena *arena, struct span pattern, struct names *names, struct err *err_r)
{
	char *name = arena_str(arena, pattern);
	struct stat st;
	glob_t found;
	int rc;

	if (memchr(pattern.p, '\0', pattern.len) != NULL)
		return err_set(err_r, "a zero byte in the name of a file");
	if (stat(name, &st) == 0 && S_ISDIR(st.st_mode))
		name = arena_str(arena, arena_printf(arena, "%s/*.cf", name));
	else if (strpbrk(name, "*?[") == NULL) {
		*ARRAY_ADD(arena, names->v, names->n, names->cap) = span_of(name);
		return true;
	}
	rc = glob(name, 0, NULL, &found);
	if (rc == GLOB_NOMATCH)
		return true;
	if (rc != 0)
		return err_set(err_r, "%s: %s", name, rc == GLOB_NOSPACE ? "too many names" : "cannot be read");
	for (size_t i = 0; i < found.gl_pathc; i++) {
		if (stat(found.gl_pathv[i], &st) != 0 || !S_ISDIR(st.st_mode))
			*ARRAY_ADD(arena, names->v, names->n, names->cap) = arena_copy(arena, span_of(found.gl_pathv[i]));
	}
	globfree(&found);
	return true;
}

void cf_include(struct cf_parser *p, struct span path)
{
	struct names names = { NULL, 0, 0 };
	struct span dir = span_of(p->at.file);
	size_t slash = span_rchr(dir, '/');
	struct err err;

	if (path.len == 0 || p->from_text || p->depth == CF_INCLUDE_DEPTH) {
		cf_mistake(p, SPAN_NONE, path.len == 0 ? "the name of a file is missing" : "nothing can be included here");
		return;
	}
	if (path.p[0] != '/' && slash != SPAN_NPOS)
		path = arena_printf(p->arena, "%.*s%.*s", SPAN_ARG(span_sub(dir, 0, slash + 1)), SPAN_ARG(path));
	if (!expand(p->arena, path, &names, &err))
		cf_mistake(p, SPAN_NONE, "%s", err.text);
	p->depth++;
	/* SpamAssassin closes the including file's blocks here. */
	p->nifs = 0;
	p->skip = false;
	for (size_t i = 0; i < names.n; i++) {
		if (!parse_file(p, names.v[i].p, &err))
			cf_mistake(p, SPAN_NONE, "%s", err.text);
	}
	p->depth--;
}

struct cf *cf_load(struct arena *arena, const struct span *patterns, size_t n, const struct cf_context *context, struct err *err_r)
{
	struct names names = { NULL, 0, 0 };
	struct cf_parser p;

	parser_init(&p, arena, context);
	for (size_t i = 0; i < n; i++) {
		if (!expand(arena, patterns[i], &names, err_r))
			return NULL;
	}
	/* Plugins come first, as in SpamAssassin. */
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < names.n; i++) {
			bool pre = span_ends(names.v[i], SPAN_LIT(".pre"));

			p.pre_files |= pre;
			if (pre == (pass == 0) && !parse_file(&p, names.v[i].p, err_r))
				return NULL;
		}
	}
	cf_finish(&p);
	return p.cf;
}

struct cf *cf_load_text(struct arena *arena, struct span text, const char *name, const struct cf_context *context)
{
	struct cf_parser p;

	parser_init(&p, arena, context);
	p.from_text = true;
	cf_parse(&p, text, name);
	cf_finish(&p);
	return p.cf;
}

const struct cf_directive *cf_directive_next(const struct cf *cf, struct span keyword, const struct cf_directive *previous)
{
	for (size_t i = previous != NULL ? (size_t)(previous - cf->directives) + 1 : 0; i < cf->ndirectives; i++) {
		if (span_eq(cf->directives[i].keyword, keyword))
			return &cf->directives[i];
	}
	return NULL;
}
