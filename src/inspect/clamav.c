#include "inspect/clamav.h"

#include <clamav.h>
#include <stdlib.h>

#include "io/log.h"

struct clamav {
	struct cl_engine *engine;
	unsigned signatures;
	struct cl_scan_options options;
};

/* Why a file is refused, the library tells here only. */
static void loading(enum cl_msg severity, const char *full, const char *msg, void *context)
{
	struct span text = span_trim(span_of(msg != NULL ? msg : full));

	(void)context;
	if (severity == CL_MSG_ERROR)
		log_warn("libclamav: %.*s", SPAN_ARG(text));
	else if (severity == CL_MSG_WARN)
		log_debug("libclamav: %.*s", SPAN_ARG(text));
}

/* What it says about files in mail is of no use to anybody, and there may be very much of it. */
static void scanning(enum cl_msg severity, const char *full, const char *msg, void *context)
{
	(void)severity;
	(void)full;
	(void)msg;
	(void)context;
}

bool clamav_init(struct err *err_r)
{
	cl_error_t rc;

	cl_set_clcb_msg(loading);
	rc = cl_init(CL_INIT_DEFAULT);
	return rc == CL_SUCCESS ? true : err_set(err_r, "libclamav: %s", cl_strerror(rc));
}

/* Building. */

static bool set_limits(struct cl_engine *e, const struct antivirus_settings *set)
{
	const struct {
		enum cl_engine_field field;
		long long value;
	} rows[] = {
		{ CL_ENGINE_MAX_SCANSIZE, set->max_scan },
		{ CL_ENGINE_MAX_FILESIZE, set->max_file },
		{ CL_ENGINE_MAX_RECURSION, set->max_recursion },
		{ CL_ENGINE_MAX_FILES, set->max_files },
		{ CL_ENGINE_MAX_SCANTIME, set->max_time_us / 1000 },
		{ CL_ENGINE_BYTECODE_MODE, CL_BYTECODE_MODE_INTERPRETER }, /* the sandbox knows no executable memory */
		{ CL_ENGINE_DISABLE_CACHE, 1 },                            /* the scanners have one, which outlives a worker */
		{ CL_ENGINE_DISABLE_PE_STATS, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (cl_engine_set_num(e, rows[i].field, rows[i].value) != CL_SUCCESS)
			return false;
	}
	return cl_engine_set_str(e, CL_ENGINE_TMPDIR, ".") == CL_SUCCESS;
}

static void set_options(struct clamav *c, const struct antivirus_settings *set)
{
	c->options = (struct cl_scan_options){
		.general = CL_SCAN_GENERAL_HEURISTICS,
		.parse = ~(uint32_t)CL_SCAN_PARSE_MAIL,
		.heuristic = CL_SCAN_HEURISTIC_EXCEEDS_MAX | CL_SCAN_HEURISTIC_ENCRYPTED_ARCHIVE | CL_SCAN_HEURISTIC_ENCRYPTED_DOC,
	};
	if (set->broken)
		c->options.heuristic |= CL_SCAN_HEURISTIC_BROKEN | CL_SCAN_HEURISTIC_BROKEN_MEDIA | CL_SCAN_HEURISTIC_PARTITION_INTXN;
	if (set->phishing)
		c->options.heuristic |= CL_SCAN_HEURISTIC_PHISHING_CLOAK | CL_SCAN_HEURISTIC_PHISHING_SSL_MISMATCH;
}

/* freshclam leaves one of main.cvd and main.cld; while it works, both may be there: the patched one is newer. */
static bool is_doubled(const struct database_files *files, size_t i)
{
	size_t len = strlen(files->v[i]);

	for (size_t j = 0; j < files->n && len > 4; j++) {
		if (strlen(files->v[j]) == len && strncmp(files->v[i], files->v[j], len - 4) == 0 && strcmp(files->v[i] + len - 4, ".cvd") == 0 &&
		    strcmp(files->v[j] + len - 4, ".cld") == 0)
			return true;
	}
	return false;
}

static bool load_files(struct clamav *c, const struct antivirus_settings *set, const struct database_files *files, struct err *err_r)
{
	unsigned options = CL_DB_STDOPT | (set->pua ? CL_DB_PUA : 0), n = 0;

	if (!set->phishing)
		options &= ~(unsigned)(CL_DB_PHISHING | CL_DB_PHISHING_URLS);
	for (size_t i = 0; i < files->n; i++) {
		cl_error_t rc;

		if (is_doubled(files, i))
			continue;
		rc = cl_load(files->v[i], c->engine, &n, options);
		if (rc != CL_SUCCESS)
			return err_set(err_r, "%.180s: %s", files->v[i], cl_strerror(rc));
	}
	c->signatures = n;
	return true;
}

static bool build(struct clamav *c, const struct antivirus_settings *set, const struct database_files *files, struct err *err_r)
{
	cl_error_t rc;

	if (c->engine == NULL || !set_limits(c->engine, set))
		return err_set(err_r, "libclamav: no engine");
	set_options(c, set);
	if (!load_files(c, set, files, err_r))
		return false;
	rc = cl_engine_compile(c->engine);
	cl_set_clcb_msg(scanning);
	return rc == CL_SUCCESS ? true : err_set(err_r, "libclamav: %s", cl_strerror(rc));
}

struct clamav *clamav_new(const struct antivirus_settings *set, const struct database_files *files, struct err *err_r)
{
	struct clamav *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	c->engine = cl_engine_new();
	if (!build(c, set, files, err_r))
		clamav_free(&c);
	return c;
}

void clamav_free(struct clamav **c_r)
{
	struct clamav *c = *c_r;

	*c_r = NULL;
	if (c == NULL)
		return;
	if (c->engine != NULL)
		cl_engine_free(c->engine);
	free(c);
}

uint64_t clamav_signatures(const struct clamav *c)
{
	return c->signatures;
}

/* Scanning. */

static enum clamav_result outcome(cl_error_t rc, struct err *err_r)
{
	switch (rc) {
	case CL_CLEAN:
	case CL_VERIFIED:
	case CL_EFORMAT: /* what is damaged was scanned as the bytes that it is */
	case CL_EPARSE:
	case CL_EUNPACK:
	case CL_BREAK:
		return CLAMAV_CLEAN;
	case CL_VIRUS:
		return CLAMAV_FOUND;
	case CL_ETIMEOUT:
	case CL_EMAXREC:
	case CL_EMAXSIZE:
	case CL_EMAXFILES:
		return CLAMAV_LIMITS;
	default:
		err_set(err_r, "libclamav: %s", cl_strerror(rc));
		return CLAMAV_ERROR;
	}
}

enum clamav_result clamav_scan(struct clamav *c, struct span content, unsigned flags, int64_t max_us, struct span *name_r, struct err *err_r)
{
	struct cl_scan_options options = c->options;
	const char *name = NULL;
	enum clamav_result result;
	cl_fmap_t *map;
	cl_error_t rc;

	*name_r = SPAN_NONE;
	if (content.len == 0)
		return CLAMAV_CLEAN;
	if ((flags & CLAMAV_MAIL) != 0)
		options.parse |= CL_SCAN_PARSE_MAIL;
	map = cl_fmap_open_memory(content.p, content.len);
	if (map == NULL) {
		err_set(err_r, "libclamav: no memory");
		return CLAMAV_ERROR;
	}
	/* A worker's own copy of the number: the engine is shared copy-on-write. 0 would be no limit. */
	(void)cl_engine_set_num(c->engine, CL_ENGINE_MAX_SCANTIME, max_us < 1000 ? 1 : max_us / 1000);
	rc = cl_scanmap_callback(map, NULL, &name, NULL, c->engine, &options, NULL);
	cl_fmap_close(map);
	result = outcome(rc, err_r);
	if (result == CLAMAV_FOUND && name != NULL)
		*name_r = span_of(name);
	return result;
}
