#include "match/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/clock.h"
#include "match/regex_private.h"

/*
 * Bounds of one match. PCRE2 counts steps, and a step may walk over the whole text: so the first try gets few of them, and more as long as they prove to be quick. What it
 * does not count at all is the walk from each start of a match in turn ("\s+x" over a megabyte of blanks): in a text that is not short, starts are tried
 * in pieces, with a look at the clock between them.
 */
#define STEPS_FIRST 50000
#define STEPS_LEAST 1000
#define STEPS_WORK 100000000 /* first steps times length of the text */
#define STEPS_MOST 10000000
#define STEPS_GROW 4
#define TIME_US 40000        /* for one match, beside what its text may take */
#define BYTES_PER_US 50
#define SHORT 2048           /* bytes: no look at the clock */
#define PIECE_FIRST 64       /* starts */
#define PIECE_LEAST 128      /* where pieces end growing, in the longest texts */
#define PIECE_WORK 16000000  /* starts times length of the text */
#define PIECE_QUICK_US 20    /* a piece that took no longer is followed by a larger one */
#define DEPTH_LIMIT 200000
#define HEAP_LIMIT_KIB 16384
#define JIT_STACK_MIN ((size_t)32 * 1024)
#define JIT_STACK_MAX ((size_t)1024 * 1024)
#define PARENS_DEEPEST 200

struct regex {
	pcre2_code *code;
	uint32_t groups;
	bool may_be_empty;
	bool jit;
	bool one_start; /* anchored, or it knows where matching began: not to be tried in pieces */
	size_t len;
	char text[]; /* the pattern, NUL behind it */
};

struct regex_memory {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

static void *require(void *p)
{
	static const char text[] = "out of memory\n";

	if (p == NULL) {
		fwrite(text, 1, sizeof(text) - 1, stderr);
		abort();
	}
	return p;
}

/* The length of "{,n}" at the front of s; 0: something else stands there. */
static size_t open_quantifier(struct span s)
{
	size_t i = 2;

	if (s.len < 4 || s.p[0] != '{' || s.p[1] != ',')
		return 0;
	while (i < s.len && ascii_isdigit(s.p[i]))
		i++;
	return i > 2 && i < s.len && s.p[i] == '}' ? i + 1 : 0;
}

/* "[:alpha:]" at the front of s: its length, 0 for anything else. */
static size_t posix_length(struct span s)
{
	size_t i = 2;

	if (!span_starts(s, SPAN_LIT("[:")))
		return 0;
	while (i < s.len && (ascii_islower(s.p[i]) || s.p[i] == '^'))
		i++;
	return span_starts(span_from(s, i), SPAN_LIT(":]")) ? i + 2 : 0;
}

/* The bytes at the front of s that belong together in a class: an escape, a quoting, a POSIX name. */
static size_t class_item(struct span s)
{
	size_t n;

	if (span_starts(s, SPAN_LIT("\\Q"))) {
		n = span_find(s, SPAN_LIT("\\E"));
		return n != SPAN_NPOS ? n + 2 : s.len;
	}
	if (s.p[0] == '\\' && s.len > 1)
		return 2;
	n = posix_length(s);
	return n != 0 ? n : 1;
}

size_t regex_class_end(struct span p, size_t begin)
{
	size_t i = begin + 1, first;

	if (i < p.len && p.p[i] == '^')
		i++;
	while (span_starts(span_from(p, i), SPAN_LIT("\\E")))
		i += 2;
	for (first = i; i < p.len; i += class_item(span_from(p, i))) {
		if (p.p[i] == ']' && i != first)
			return i + 1;
	}
	return p.len;
}

/* "\x{456}" at the front of s, more than a byte: its length, else 0. */
static size_t wide_escape(struct span s)
{
	size_t digits = 0, i = 3;

	if (!span_starts(s, SPAN_LIT("\\x{")))
		return 0;
	for (; i < s.len && ascii_isxdigit(s.p[i]); i++)
		digits += digits != 0 || s.p[i] != '0';
	return i < s.len && s.p[i] == '}' && digits > 2 ? i + 1 : 0;
}

/* A class without the members that are no bytes; a range up to one ends with the last byte. */
static void write_class(struct buf *out, struct span class)
{
	size_t begin = out->len, head = span_starts(class, SPAN_LIT("[^")) ? 2 : 1, n;
	bool dropped = false;

	buf_add(out, span_sub(class, 0, head));
	for (size_t i = head; i < class.len; i += n) {
		size_t wide = wide_escape(span_from(class, i));

		n = class_item(span_from(class, i));
		if (wide == 0) {
			buf_add(out, span_sub(class, i, n));
			continue;
		}
		n = wide;
		dropped = true;
		if (out->len > begin + head + 1 && out->p[out->len - 1] == '-' && out->p[out->len - 2] != '[') {
			buf_str(out, "\\xff");
		} else if (span_starts(span_from(class, i + n), SPAN_LIT("-\\x{"))) {
			n++;
			n += wide_escape(span_from(class, i + n));
		}
	}
	if (dropped && out->len == begin + head + 1) { /* nothing is left of it */
		out->len = begin;
		buf_str(out, head == 1 ? "(?!)" : "[\\x00-\\xff]");
	}
}

/* One piece of the pattern at the front of p; returns its length. */
static size_t write_piece(struct buf *out, struct span p)
{
	size_t n = 1;

	if (span_starts(p, SPAN_LIT("\\Q"))) {
		size_t end = span_find(p, SPAN_LIT("\\E"));

		n = end != SPAN_NPOS ? end + 2 : p.len;
	} else if ((n = wide_escape(p)) != 0) {
		buf_str(out, "(?!)");
		return n;
	} else if (p.p[0] == '\\' && p.len > 1) {
		n = 2;
	} else if (p.p[0] == '[') {
		n = regex_class_end(p, 0);
		write_class(out, span_sub(p, 0, n));
		return n;
	} else if (out->len != 0 && (n = open_quantifier(p)) != 0) {
		buf_str(out, "{0");
		buf_add(out, span_sub(p, 1, n - 1));
		return n;
	} else {
		n = 1;
	}
	buf_add(out, span_sub(p, 0, n));
	return n;
}

/*
 * Where Perl of today differs from this PCRE2: "{,3}" is "{0,3}"; "\x{456}" may stand in patterns on bytes, and matches none.
 */
static void write_perl(struct buf *out, struct span p)
{
	while (p.len != 0)
		p = span_from(p, write_piece(out, p));
}

static uint32_t compile_options(unsigned flags)
{
	uint32_t o = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_USE_OFFSET_LIMIT;

	if (flags & REGEX_CASELESS)
		o |= PCRE2_CASELESS;
	if (flags & REGEX_MULTILINE)
		o |= PCRE2_MULTILINE;
	if (flags & REGEX_DOTALL)
		o |= PCRE2_DOTALL;
	if (flags & REGEX_EXTENDED)
		o |= PCRE2_EXTENDED;
	return o;
}

/* Perl takes a letter with a needless backslash for the letter; PCRE2 does only when asked, and then lets other mistakes pass as well: so it is asked second. */
static pcre2_code *compile(struct span p, unsigned flags, int *code_r, size_t *at_r)
{
	pcre2_compile_context *context = require(pcre2_compile_context_create(NULL));
	pcre2_code *code;

	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	pcre2_set_bsr(context, PCRE2_BSR_UNICODE);
	pcre2_set_parens_nest_limit(context, PARENS_DEEPEST);
	code = pcre2_compile((PCRE2_SPTR)p.p, p.len, compile_options(flags), code_r, at_r, context);
	if (code == NULL && (*code_r == PCRE2_ERROR_UNKNOWN_ESCAPE || *code_r == PCRE2_ERROR_UNSUPPORTED_ESCAPE_SEQUENCE)) {
		pcre2_set_compile_extra_options(context, PCRE2_EXTRA_BAD_ESCAPE_IS_LITERAL);
		code = pcre2_compile((PCRE2_SPTR)p.p, p.len, compile_options(flags), code_r, at_r, context);
	}
	pcre2_compile_context_free(context);
	return code;
}

static struct regex *wrap(pcre2_code *code, struct span text)
{
	struct regex *re = require(malloc(sizeof(*re) + text.len + 1));
	uint32_t empty = 0, options = 0;

	re->code = code;
	re->len = text.len;
	if (text.len != 0)
		memcpy(re->text, text.p, text.len);
	re->text[text.len] = '\0';
	pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &re->groups);
	pcre2_pattern_info(code, PCRE2_INFO_MATCHEMPTY, &empty);
	pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
	re->may_be_empty = empty != 0;
	re->one_start = (options & PCRE2_ANCHORED) != 0 || span_has(text, SPAN_LIT("\\G")) || span_has(text, SPAN_LIT("(*"));
	return re;
}

struct regex *regex_new(struct span pattern, unsigned flags, struct err *err_r)
{
	struct buf text = BUF_INIT(NULL);
	pcre2_code *code;
	struct regex *re;
	size_t at = 0;
	int error = 0;

	if (pattern.len > REGEX_PATTERN_MAX) {
		err_set(err_r, "the pattern has more than %zu bytes", REGEX_PATTERN_MAX);
		return NULL;
	}
	write_perl(&text, pattern);
	buf_char(&text, '\0'); /* so that there is a pointer even without text */
	code = compile(span_make(text.p, text.len - 1), flags, &error, &at);
	if (code == NULL) {
		PCRE2_UCHAR what[160] = "";

		pcre2_get_error_message(error, what, sizeof(what));
		buf_free(&text);
		err_set(err_r, "%s at byte %zu of the pattern", (const char *)what, at);
		return NULL;
	}
	/* Without JIT (no memory that may be executed, a pattern that it cannot take) the interpreter does the same. */
	error = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	re = wrap(code, span_make(text.p, text.len - 1));
	re->jit = error == 0;
	buf_free(&text);
	return re;
}

void regex_free(struct regex **re_r)
{
	if (*re_r == NULL)
		return;
	pcre2_code_free((*re_r)->code);
	free(*re_r);
	*re_r = NULL;
}

struct regex_memory *regex_memory_new(void)
{
	struct regex_memory *m = require(calloc(1, sizeof(*m)));

	m->data = require(pcre2_match_data_create(REGEX_CAPTURES, NULL));
	m->context = require(pcre2_match_context_create(NULL));
	m->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
	if (m->stack != NULL) /* else JIT takes 32 KiB of ours */
		pcre2_jit_stack_assign(m->context, NULL, m->stack);
	pcre2_set_depth_limit(m->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(m->context, HEAP_LIMIT_KIB);
	return m;
}

void regex_memory_free(struct regex_memory **memory_r)
{
	struct regex_memory *m = *memory_r;

	if (m == NULL)
		return;
	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->context);
	pcre2_jit_stack_free(m->stack);
	free(m);
	*memory_r = NULL;
}

static enum regex_result result_of(int rc)
{
	if (rc >= 0)
		return REGEX_YES;
	return rc == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_LIMIT;
}

static int64_t cpu_us(void)
{
	struct timespec ts = { 0, 0 };

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* Straight to JIT, without what pcre2_match() asks before. Its own stack may be too small for what the interpreter can still do on the heap. */
static int run_once(const struct regex *re, struct regex_memory *m, struct span subject, size_t from)
{
	PCRE2_SPTR p = (PCRE2_SPTR)subject.p;
	int rc = PCRE2_ERROR_JIT_STACKLIMIT;

	if (re->jit)
		rc = pcre2_jit_match(re->code, p, subject.len, from, 0, m->data, m->context);
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = pcre2_match(re->code, p, subject.len, from, PCRE2_NO_JIT, m->data, m->context);
	return rc;
}

static uint32_t first_steps(size_t len)
{
	if (len <= STEPS_WORK / STEPS_FIRST)
		return STEPS_FIRST;
	return len < STEPS_WORK / STEPS_LEAST ? (uint32_t)(STEPS_WORK / len) : STEPS_LEAST;
}

/* With more steps as long as the time allows: what they cost differs a thousandfold between patterns. */
static int run_more(const struct regex *re, struct regex_memory *m, struct span subject, size_t from, uint32_t steps)
{
	int64_t spent = 0;
	int rc = PCRE2_ERROR_MATCHLIMIT;

	while (rc == PCRE2_ERROR_MATCHLIMIT && spent * STEPS_GROW < TIME_US && steps < STEPS_MOST) {
		int64_t begin = cpu_us();

		steps *= STEPS_GROW;
		pcre2_set_match_limit(m->context, steps);
		rc = run_once(re, m, subject, from);
		spent = cpu_us() - begin;
	}
	return rc;
}

static int run(const struct regex *re, struct regex_memory *m, struct span subject, size_t from)
{
	uint32_t steps = first_steps(subject.len);
	int rc;

	pcre2_set_match_limit(m->context, steps);
	rc = run_once(re, m, subject, from);
	return rc == PCRE2_ERROR_MATCHLIMIT ? run_more(re, m, subject, from, steps) : rc;
}

struct budget {
	int64_t begin, last; /* wall clock, which is cheap to read */
	int64_t cpu;         /* once that has run out, the time of the thread decides: others may have run */
	int64_t limit;
};

/* How long the last piece took; -1: the time is over. */
static int64_t budget_lap(struct budget *b)
{
	int64_t now = clock_mono_us(), lap = now - b->last;

	b->last = now;
	if (now - b->begin <= b->limit)
		return lap;
	if (b->cpu == 0)
		b->cpu = cpu_us();
	return cpu_us() - b->cpu <= b->limit ? lap : -1;
}

static int run_pieces(const struct regex *re, struct regex_memory *m, struct span subject, size_t from)
{
	struct budget budget = { .begin = clock_mono_us(), .limit = TIME_US + (int64_t)(subject.len / BYTES_PER_US) };
	size_t piece = PIECE_FIRST, most = PIECE_WORK / subject.len;
	int rc = PCRE2_ERROR_NOMATCH;

	budget.last = budget.begin;
	if (most < PIECE_LEAST)
		most = PIECE_LEAST;
	for (size_t at = from; rc == PCRE2_ERROR_NOMATCH && at <= subject.len;) {
		int64_t lap;

		pcre2_set_offset_limit(m->context, at + piece - 1);
		rc = run(re, m, subject, at);
		at += piece;
		lap = budget_lap(&budget);
		if (lap < 0 && rc == PCRE2_ERROR_NOMATCH)
			rc = PCRE2_ERROR_MATCHLIMIT;
		if (lap <= PIECE_QUICK_US)
			piece = piece * 4 < most ? piece * 4 : most;
		else if (piece > PIECE_FIRST)
			piece /= 2;
	}
	pcre2_set_offset_limit(m->context, PCRE2_UNSET);
	return rc;
}

static void captures(const struct regex *re, struct regex_memory *m, struct span subject, struct span *captures_r, size_t n)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(m->data);

	for (size_t i = 0; i < n; i++) {
		captures_r[i] = SPAN_NONE;
		if (i <= re->groups && i < REGEX_CAPTURES && at[2 * i] != PCRE2_UNSET && at[2 * i] <= at[2 * i + 1])
			captures_r[i] = span_make(subject.p + at[2 * i], at[2 * i + 1] - at[2 * i]);
	}
}

enum regex_result regex_match(const struct regex *re, struct regex_memory *m, struct span subject, size_t from, struct span *captures_r, size_t n)
{
	enum regex_result result;
	int rc;

	if (from > subject.len)
		return REGEX_NO;
	if (subject.p == NULL)
		subject.p = "";
	rc = subject.len > SHORT && !re->one_start ? run_pieces(re, m, subject, from) : run(re, m, subject, from);
	result = result_of(rc);
	if (result == REGEX_YES && captures_r != NULL)
		captures(re, m, subject, captures_r, n);
	return result;
}

enum regex_result regex_match_between(const struct regex *re, struct regex_memory *m, struct span subject, size_t from, size_t to, struct span *captures_r, size_t n)
{
	enum regex_result result;

	if (from > subject.len)
		return REGEX_NO;
	if (to - from > SHORT || re->one_start)
		return regex_match(re, m, subject, from, captures_r, n);
	if (subject.p == NULL)
		subject.p = "";
	pcre2_set_offset_limit(m->context, to);
	result = result_of(run(re, m, subject, from));
	pcre2_set_offset_limit(m->context, PCRE2_UNSET);
	if (result == REGEX_YES && captures_r != NULL)
		captures(re, m, subject, captures_r, n);
	return result;
}

enum regex_result regex_match_at(const struct regex *re, struct regex_memory *m, struct span subject, size_t at)
{
	int rc;

	if (at > subject.len)
		return REGEX_NO;
	if (subject.p == NULL)
		subject.p = "";
	pcre2_set_offset_limit(m->context, at);
	rc = run(re, m, subject, at);
	pcre2_set_offset_limit(m->context, PCRE2_UNSET);
	return result_of(rc);
}

unsigned regex_groups(const struct regex *re)
{
	return re->groups;
}

unsigned regex_group_named(const struct regex *re, const char *name)
{
	int n = pcre2_substring_number_from_name(re->code, (PCRE2_SPTR)name);

	return n > 0 ? (unsigned)n : 0;
}

struct span regex_text(const struct regex *re)
{
	return span_make(re->text, re->len);
}

bool regex_one_start(const struct regex *re)
{
	return re->one_start;
}

bool regex_may_be_empty(const struct regex *re)
{
	return re->may_be_empty;
}
