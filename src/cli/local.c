#include "cli/local.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "io/log.h"
#include "mail/message.h"
#include "proc/settings.h"

bool local_engine_open(struct local_engine *l, const char *config, const struct span_list *rule_files, struct err *err_r)
{
	char cache[1024];
	struct ruleset_options o = { .cache = cache };

	*l = (struct local_engine){ .arena = arena_new(0) };
	/* Verdicts are printed; the log line per message is not wanted here. */
	if (!log_open(SPAN_LIT("stderr"), LOG_LEVEL_WARN, err_r))
		return false;
	message_init();
	l->conf = conf_load(settings_path(config), settings_all(l->arena), err_r);
	if (l->conf == NULL)
		return false;
	if (!ruleset_load(&l->ruleset, l->conf, rule_files, err_r))
		return false;
	if (ruleset_cache_folder(l->conf, cache))
		(void)ruleset_prefilter(&l->ruleset, &o); /* what the daemon has compiled */
	l->loop = loop_new();
	l->services = (struct services){ .loop = l->loop };
	return true;
}

void local_engine_ask_dns(struct local_engine *l)
{
	struct resolver_options o = { .set = conf_get(l->conf, &dns_setting_set), .quiet = true };

	dns_servers_find(o.set, NULL, &o.servers);
	l->resolver = resolver_new(l->loop, &o);
	l->services.dns = resolver_dns(l->resolver);
}

void local_engine_close(struct local_engine *l)
{
	resolver_free(&l->resolver);
	loop_free(&l->loop);
	ruleset_free(&l->ruleset);
	conf_free(&l->conf);
	arena_free(&l->arena);
}

bool local_read(struct arena *arena, const char *path, struct span *raw_r, struct err *err_r)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	struct buf b = BUF_INIT(arena);
	bool ok;
	size_t n;

	if (f == NULL)
		return err_set(err_r, "%m");
	do {
		char *room = buf_reserve(&b, b.len < 65536 ? 65536 : b.len);

		n = fread(room, 1, b.cap - b.len, f);
		b.len += n;
	} while (n > 0);
	ok = !ferror(f) || err_set(err_r, "%m");
	if (f != stdin)
		fclose(f);
	*raw_r = buf_span(&b);
	return ok;
}

/* nftw() has no context argument; the walk is over before the function returns. */
static struct file_list *walking;

static int walked(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type == FTW_F)
		*ARRAY_ADD(walking->arena, walking->v, walking->n, walking->cap) = arena_str(walking->arena, span_of(path));
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void file_list_add(struct file_list *files, const char *path)
{
	size_t first = files->n;
	struct stat st;

	if (strcmp(path, "-") == 0 || stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
		*ARRAY_ADD(files->arena, files->v, files->n, files->cap) = path;
		return;
	}
	walking = files;
	nftw(path, walked, 32, FTW_PHYS);
	walking = NULL;
	if (files->n > first)
		qsort(files->v + first, files->n - first, sizeof(*files->v), by_name);
}
