#include "rules/pattern_cache.h"

#include "base/clock.h"
#include "io/log.h"
#include "rules/pattern_cache_private.h"

#define FEW 6 /* patterns: one by one they are as quick */

static void tell(const struct pattern_job *job, const char *source, int64_t us)
{
	struct log_line l;

	log_begin(&l, LOG_LEVEL_INFO, "patterns");
	log_cstr(&l, "set", pattern_set_name(job->set));
	log_int(&l, "count", (int64_t)pattern_set_count(job->set));
	log_cstr(&l, "from", source);
	log_int(&l, "left_out", (int64_t)job->nleft_out);
	log_int(&l, "ms", us / 1000);
	log_end(&l);
}

static bool attach_compiled(struct pattern_job *job, const struct pattern_cache_options *options, int64_t begin)
{
	struct err err;
	bool ok;

	if (job->compiled.len == 0)
		return false;
	ok = prefilter_attach(job->set, buf_span(&job->compiled), &err);
	if (!ok) {
		log_warn("patterns of %s are matched one by one: %s", pattern_set_name(job->set), err.text);
	} else {
		tell(job, "compiler", clock_mono_us() - begin);
		if (options->folder != NULL)
			pattern_file_write(options->folder, job);
	}
	buf_free(&job->compiled);
	return ok;
}

static bool compile_missing(struct arena *arena, struct pattern_job *missing, size_t n, const struct pattern_cache_options *options)
{
	int64_t begin = clock_mono_us();
	bool ok = true;

	for (size_t i = 0; i < n; i++)
		missing[i].left_out = ARENA_ARRAY(arena, pattern_set_words(missing[i].set), uint64_t);
	pattern_helpers_run(arena, missing, n, options);
	for (size_t i = 0; i < n; i++)
		ok = attach_compiled(&missing[i], options, begin) && ok;
	return ok;
}

bool pattern_cache_attach(struct pattern_set *const *sets, size_t n, const struct pattern_cache_options *options)
{
	struct arena *arena;
	struct pattern_job *jobs, *missing;
	struct span platform;
	size_t njobs = 0, nmissing = 0;
	bool ok = true;

	if (!prefilter_available()) {
		log_warn("no vectorscan in this build or no processor for it: patterns are matched one by one");
		return true;
	}
	arena = arena_new(0);
	jobs = ARENA_ARRAY(arena, n, struct pattern_job);
	missing = ARENA_ARRAY(arena, n, struct pattern_job);
	platform = prefilter_platform(arena);
	for (size_t i = 0; i < n; i++) {
		struct pattern_job *job = &jobs[njobs];
		int64_t begin = clock_mono_us();

		if (pattern_set_count(sets[i]) < FEW)
			continue;
		njobs++;
		job->set = sets[i];
		pattern_file_key(sets[i], platform, job->key);
		if (options->folder != NULL && pattern_file_attach(options->folder, job))
			tell(job, "cache", clock_mono_us() - begin);
		else
			missing[nmissing++] = *job;
	}
	if (nmissing != 0)
		ok = options->compile && compile_missing(arena, missing, nmissing, options);
	if (options->folder != NULL && options->compile) /* the daemon's own folder */
		pattern_file_clean(options->folder, jobs, njobs);
	arena_free(&arena);
	return ok;
}
