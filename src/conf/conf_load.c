/* Files, the globals that a configuration sees, and the making of blocks. */
#include "conf/conf_load.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"

#define FILE_MAX ((size_t)16 << 20)
#define TOTAL_MAX ((size_t)64 << 20)
#define FILES_MAX 4096
#define INCLUDE_DEPTH 16
#define NAME_MAX_LEN 512

static const struct vm_limits limits = { .memory = (size_t)64 << 20, .instructions = 50000000, .match_steps = 50000000 };

void nearest_offer(struct nearest *n, struct span misspelt, struct span candidate, struct span set)
{
	size_t len = misspelt.len < candidate.len ? misspelt.len : candidate.len;
	unsigned most = (unsigned)(len < (size_t)SUGGEST_MAX * 3 ? len / 3 + 1 : SUGGEST_MAX), d = edit_distance(misspelt, candidate, most);

	if (d <= most && d < n->distance)
		*n = (struct nearest){ candidate, set, d };
}

bool load_fail(struct loader *ld, struct origin from, const char *fmt, ...)
{
	char text[sizeof(ld->err.text)];
	va_list ap;

	if (ld->failed)
		return false;
	ld->failed = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (from.file == NULL)
		return err_set(&ld->err, "%s", text);
	err_set(&ld->err, "%s", text);
	return from.line != 0 ? err_prefix(&ld->err, "%s:%u", from.file, from.line) : err_prefix(&ld->err, "%s", from.file);
}

static struct loader *loader_of(lua_State *L)
{
	struct loader *ld;

	lua_rawgetp(L, LUA_REGISTRYINDEX, &limits);
	ld = lua_touserdata(L, -1);
	lua_pop(L, 1);
	return ld;
}

/* Ends the running script; what counts is the loader's error. */
static int stop(lua_State *L)
{
	lua_pushliteral(L, "configuration error");
	return lua_error(L);
}

/* The line of the script that is running; *source_r may be set to NULL. */
static struct origin here(struct loader *ld, lua_State *L, const struct source **source_r)
{
	struct origin from = { NULL, 0 };
	lua_Debug ar;

	*source_r = NULL;
	for (int level = 0; lua_getstack(L, level, &ar) != 0; level++) {
		lua_getinfo(L, "Sl", &ar);
		if (ar.currentline <= 0 || ar.source[0] != '@')
			continue;
		*source_r = map_get(&ld->sources, span_of(ar.source + 1));
		if (*source_r == NULL)
			continue;
		from.file = (*source_r)->name;
		from.line = (unsigned)ar.currentline;
		break;
	}
	return from;
}

static bool check_pending(struct loader *ld)
{
	if (!ld->pending.open)
		return true;
	return load_fail(ld, ld->pending.from, "%s \"%.*s\" without a table { ... }", ld->pending.block, SPAN_ARG(ld->pending.name));
}

/* Blocks are known by number: sets, then domain and address. */
static struct target target_of(struct loader *ld, size_t number)
{
	struct target t = { .block = number == ld->conf->nsets ? "domain" : "address", .layered = true };

	if (number < ld->conf->nsets) {
		t.only = &ld->conf->sets[number];
		t.block = t.only->set->name;
		t.layered = false;
	}
	return t;
}

static struct block *target_block(struct conf *c, const struct target *t, size_t number, struct set_conf *sc)
{
	if (number == c->nsets)
		return block_make(c, &sc->domains, t->name);
	if (number > c->nsets)
		return block_make(c, &sc->addresses, t->name);
	return sc->set->kind == SET_NAMED ? block_make(c, &sc->named, t->name) : &sc->base;
}

/* Gives what was read to the blocks of all sets that it speaks of. */
static void store_block(struct loader *ld, const struct target *t, size_t number)
{
	struct conf *c = ld->conf;

	for (size_t i = 0; i < c->nsets; i++) {
		struct set_conf *sc = &c->sets[i];
		struct block *b;

		if (t->layered ? sc->set->kind != SET_LAYERED : sc != t->only)
			continue;
		ld->nmine = 0;
		for (size_t k = 0; k < ld->nreads; k++) {
			if (ld->reads[k].set == sc)
				*ARRAY_ADD(ld->scratch, ld->mine, ld->nmine, ld->cap_mine) = ld->reads[k].a;
		}
		b = target_block(c, t, number, sc);
		b->from = t->from;
		block_add(c, b, ld->mine, ld->nmine);
	}
}

/* The table at the top of the stack is the block of these names; none: the one without a name. */
static bool make_block(struct loader *ld, lua_State *L, size_t number, const struct span *names, size_t nnames)
{
	struct target t = target_of(ld, number);
	const struct source *source;

	t.from = here(ld, L, &source);
	t.name = nnames != 0 ? names[0] : SPAN_NONE;
	ld->places.n = 0;
	if (source != NULL)
		keys_scan(ld, source, t.from.line, span_of(t.block), nnames != 0);
	if (!read_block(ld, L, &t))
		return false;
	store_block(ld, &t, number);
	for (size_t i = 1; i < nnames; i++) {
		t.name = names[i];
		store_block(ld, &t, number);
	}
	return true;
}

static int usage(struct loader *ld, lua_State *L, const char *block, bool named)
{
	const struct source *source;

	load_fail(ld, here(ld, L, &source), named ? "%s needs a name and a table: %s \"...\" { ... }" : "%s needs a table: %s { ... }", block, block);
	return stop(L);
}

static int call_one(lua_State *L)
{
	struct loader *ld = loader_of(L);
	size_t number = (size_t)lua_tointeger(L, lua_upvalueindex(1));

	if (!check_pending(ld))
		return stop(L);
	if (lua_gettop(L) != 1 || lua_type(L, 1) != LUA_TTABLE)
		return usage(ld, L, target_of(ld, number).block, false);
	return make_block(ld, L, number, NULL, 0) ? 0 : stop(L);
}

/* Names of blocks end up as keys of maps and in messages. */
static bool name_ok(struct loader *ld, size_t number, struct span name, struct origin from)
{
	const char *block = target_of(ld, number).block, *wanted = NULL;
	size_t at = span_rchr(name, '@');

	for (size_t i = 0; i < name.len; i++) {
		if ((unsigned char)name.p[i] <= ' ' || name.p[i] == 127)
			wanted = "a name without spaces and control characters";
	}
	if (name.len == 0 || name.len > NAME_MAX_LEN)
		wanted = "a name of 1 to 512 bytes";
	else if (number == ld->conf->nsets && at != SPAN_NPOS)
		wanted = "a domain like \"example.com\"";
	else if (number > ld->conf->nsets && (at == SPAN_NPOS || at == 0 || at + 1 == name.len))
		wanted = "an address like \"user@example.com\"";
	return wanted == NULL || load_fail(ld, from, "%s needs %s, not \"%.*s\"", block, wanted, SPAN_ARG(span_sub(name, 0, 80)));
}

/* Upvalues: number, name or list of names. */
static int call_with_table(lua_State *L)
{
	struct loader *ld = loader_of(L);
	size_t number = (size_t)lua_tointeger(L, lua_upvalueindex(1)), n = lua_rawlen(L, lua_upvalueindex(2));
	struct span *names = ARENA_ARRAY(ld->scratch, n, struct span);

	ld->pending.open = false;
	if (lua_gettop(L) != 1 || lua_type(L, 1) != LUA_TTABLE)
		return usage(ld, L, target_of(ld, number).block, true);
	/* The strings stay alive in the table of the upvalue. */
	for (size_t i = 0; i < n; i++) {
		lua_rawgeti(L, lua_upvalueindex(2), (lua_Integer)i + 1);
		names[i].p = lua_tolstring(L, -1, &names[i].len);
		lua_pop(L, 1);
	}
	return make_block(ld, L, number, names, n) ? 0 : stop(L);
}

/* Copies the names of argument 1, a string or a list of strings, into a new table on the stack. */
static bool take_names(struct loader *ld, lua_State *L, size_t number, struct origin from)
{
	bool list = lua_type(L, 1) == LUA_TTABLE;
	size_t n = list ? lua_rawlen(L, 1) : 1;
	struct span name;

	lua_newtable(L);
	for (size_t i = 1; i <= n; i++) {
		if (list)
			lua_rawgeti(L, 1, (lua_Integer)i);
		else
			lua_pushvalue(L, 1);
		if (lua_type(L, -1) != LUA_TSTRING)
			return false;
		name.p = lua_tolstring(L, -1, &name.len);
		if (!name_ok(ld, number, name, from))
			return false;
		if (i == 1)
			ld->pending.name = arena_copy(ld->scratch, name);
		lua_rawseti(L, -2, (lua_Integer)i);
	}
	return n != 0;
}

static int call_named(lua_State *L)
{
	struct loader *ld = loader_of(L);
	size_t number = (size_t)lua_tointeger(L, lua_upvalueindex(1));
	const char *block = target_of(ld, number).block;
	const struct source *source;
	struct origin from = here(ld, L, &source);

	if (!check_pending(ld))
		return stop(L);
	if (lua_gettop(L) != 1 || !take_names(ld, L, number, from))
		return usage(ld, L, block, true);
	ld->pending.open = true;
	ld->pending.block = block;
	ld->pending.from = from;
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, -2);
	lua_pushcclosure(L, call_with_table, 2);
	return 1;
}

static bool read_all(int fd, const struct stat *st, struct loader *ld, struct span *text_r)
{
	size_t size = (size_t)st->st_size, got = 0;
	char *p = arena_bytes(ld->scratch, size);

	while (got < size) {
		ssize_t n = read(fd, p + got, size - got);

		if (n < 0)
			return false;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*text_r = span_make(p, got);
	return true;
}

/* from: who asked for it (file NULL: the command line). */
static bool read_file(struct loader *ld, const char *path, struct origin from, struct span *text_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *wrong = NULL;
	struct stat st;
	bool sound;

	if (fd < 0)
		return load_fail(ld, from, "cannot read %s: %s", path, strerror(errno));
	sound = fstat(fd, &st) == 0;
	if (sound && !S_ISREG(st.st_mode))
		wrong = "not a file";
	else if (sound && (size_t)st.st_size > FILE_MAX)
		wrong = "larger than 16 MiB";
	else if (sound && (++ld->nfiles > FILES_MAX || (ld->nbytes += (size_t)st.st_size) > TOTAL_MAX))
		wrong = "more than 4096 files or 64 MiB in all";
	else if (!sound || !read_all(fd, &st, ld, text_r))
		wrong = strerror(errno);
	close(fd);
	return wrong == NULL || load_fail(ld, from, "cannot read %s: %s", path, wrong);
}

/* Compiles a text and leaves the function on the Lua stack. */
static bool compile_text(struct loader *ld, const char *name, struct span text)
{
	struct source *s = source_new(ld, arena_str(ld->conf->arena, span_of(name)), text);
	struct err err;

	return vm_load(ld->vm, text, s->name, &err) || load_fail(ld, (struct origin){ NULL, 0 }, "%s", err.text);
}

/* "conf.d/" + "*.lua" behind the folder of the file that includes. */
static const char *include_path(struct loader *ld, const struct source *source, struct span pattern)
{
	struct span file = span_of(source->name);
	size_t slash = span_rchr(file, '/');

	if (pattern.p[0] == '/' || slash == SPAN_NPOS)
		return arena_str(ld->scratch, pattern);
	return arena_printf(ld->scratch, "%.*s/%.*s", (int)slash, file.p, SPAN_ARG(pattern)).p;
}

/* Matching paths in the scratch arena, sorted; glob's own memory must not be alive when Lua raises an error. */
static const char **match_files(struct loader *ld, const char *pattern, size_t *n_r)
{
	const char **paths = NULL;
	glob_t g;
	int status = glob(pattern, 0, NULL, &g);

	*n_r = 0;
	if (status == 0) {
		paths = ARENA_ARRAY(ld->scratch, g.gl_pathc, const char *);
		for (size_t i = 0; i < g.gl_pathc; i++)
			paths[i] = arena_str(ld->scratch, span_of(g.gl_pathv[i]));
		*n_r = g.gl_pathc;
	}
	globfree(&g);
	return paths;
}

static bool include_file(struct loader *ld, lua_State *L, const char *path, struct origin from)
{
	struct span text = SPAN_NONE;

	if (!read_file(ld, path, from, &text) || !compile_text(ld, path, text))
		return false;
	lua_call(L, 0, 0);
	return check_pending(ld);
}

static int call_include(lua_State *L)
{
	struct loader *ld = loader_of(L);
	const struct source *source;
	struct origin from = here(ld, L, &source);
	struct span pattern = SPAN_NONE;
	const char *path, **paths;
	size_t n;

	if (!check_pending(ld))
		return stop(L);
	if (lua_type(L, 1) == LUA_TSTRING)
		pattern.p = lua_tolstring(L, 1, &pattern.len);
	if (pattern.len == 0 || span_chr(pattern, '\0') != SPAN_NPOS || lua_gettop(L) != 1)
		load_fail(ld, from, "include needs a file name or a pattern: include \"conf.d/*.lua\"");
	else if (!ld->from_file || source == NULL)
		load_fail(ld, from, "include works only in files");
	else if (ld->depth == INCLUDE_DEPTH)
		load_fail(ld, from, "more than %d levels of include", INCLUDE_DEPTH);
	if (ld->failed || source == NULL || pattern.len == 0)
		return stop(L);
	path = include_path(ld, source, pattern);
	if (strpbrk(path, "*?[") == NULL) {
		paths = &path;
		n = 1;
	} else {
		paths = match_files(ld, path, &n);
	}
	ld->depth++;
	for (size_t i = 0; i < n; i++) {
		if (!include_file(ld, L, paths[i], from))
			return stop(L);
	}
	ld->depth--;
	return 0;
}

static const char *const layer_words[] = { "domain", "address" };

static bool is_block(struct loader *ld, struct span name)
{
	if (conf_set_named(ld->conf, name) != NULL || span_eq(name, SPAN_LIT("include")))
		return true;
	return ld->layered && (span_eq(name, span_of(layer_words[0])) || span_eq(name, span_of(layer_words[1])));
}

/* __index and __newindex of the globals: (table, name, [value]). */
static int unknown_global(lua_State *L)
{
	struct loader *ld = loader_of(L);
	struct nearest near = { .distance = SUGGEST_MAX + 1 };
	const struct source *source;
	struct origin from = here(ld, L, &source);
	bool assigned = lua_gettop(L) == 3;
	struct span name = SPAN_LIT("?"), cut;

	if (lua_type(L, 2) == LUA_TSTRING)
		name.p = lua_tolstring(L, 2, &name.len);
	cut = span_sub(name, 0, 40);
	for (size_t i = 0; i < ld->conf->nsets; i++)
		nearest_offer(&near, name, span_of(ld->conf->sets[i].set->name), SPAN_NONE);
	for (size_t i = 0; ld->layered && i < 2; i++)
		nearest_offer(&near, name, span_of(layer_words[i]), SPAN_NONE);
	nearest_offer(&near, name, SPAN_LIT("include"), SPAN_NONE);
	if (is_block(ld, name))
		load_fail(ld, from, "'%.*s' is a block: write it without '='", SPAN_ARG(cut));
	else if (near.word.len != 0)
		load_fail(ld, from, "unknown block '%.*s' (did you mean '%.*s'?)", SPAN_ARG(cut), SPAN_ARG(near.word));
	else
		load_fail(ld, from, "unknown block '%.*s'%s", SPAN_ARG(cut), assigned ? " (a variable needs 'local')" : "");
	return stop(L);
}

/* Adds a global to the table on top of the stack; a name of Lua's own would be a bug in the sets. */
static void add_global(lua_State *L, const char *name, lua_CFunction f, size_t number)
{
	if (lua_getfield(L, -1, name) != LUA_TNIL)
		abort();
	lua_pop(L, 1);
	lua_pushinteger(L, (lua_Integer)number);
	lua_pushcclosure(L, f, 1);
	lua_setfield(L, -2, name);
}

/*
 * Globals are an empty table, so that every assignment meets __newindex; what can be read stands in the table behind it. Argument: the loader.
 */
static int open_globals(lua_State *L)
{
	struct loader *ld = lua_touserdata(L, 1);
	struct conf *c = ld->conf;

	lua_rawsetp(L, LUA_REGISTRYINDEX, &limits);
	lua_newtable(L);
	lua_createtable(L, 0, 3);
	lua_pushglobaltable(L);
	/* Nobody needs coroutines here, and vm_load works on the main one only. */
	lua_pushnil(L);
	lua_setfield(L, -2, LUA_COLIBNAME);
	for (size_t i = 0; i < c->nsets; i++)
		add_global(L, c->sets[i].set->name, c->sets[i].set->kind == SET_NAMED ? call_named : call_one, i);
	for (size_t i = 0; ld->layered && i < 2; i++)
		add_global(L, layer_words[i], call_named, c->nsets + i);
	add_global(L, "include", call_include, 0);
	lua_createtable(L, 0, 1);
	lua_pushcfunction(L, unknown_global);
	lua_setfield(L, -2, "__index");
	lua_setmetatable(L, -2);
	/* globals, metatable, values */
	lua_pushvalue(L, -3);
	lua_setfield(L, -2, "_G");
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, unknown_global);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
	return 0;
}

/* A row's default is Lua text, too; one that cannot be read is our bug. */
static void read_default(struct loader *ld, struct set_conf *sc, const struct setting *row)
{
	lua_State *L = vm_state(ld->vm);
	struct target t = { .block = sc->set->name, .only = sc };
	struct span text;
	struct err err = { "" };

	if (row->def == NULL)
		return;
	text = arena_printf(ld->scratch, "return { %s = %s }", row->key, row->def);
	if (!vm_load(ld->vm, text, "=default", &err) || !vm_call(ld->vm, 0, 1, &err) || !read_block(ld, L, &t) || ld->nreads != 1) {
		fprintf(stderr, "bad default of %s.%s: %s\n", sc->set->name, row->key, ld->failed ? ld->err.text : err.text);
		abort();
	}
	value_apply(ld->conf, sc->defaults, row, &ld->reads[0].a.value);
	lua_settop(L, 0);
}

static struct conf *conf_new(const struct setting_set *const *sets)
{
	struct arena *arena = arena_new(0);
	struct conf *c = ARENA_NEW(arena, struct conf);

	c->arena = arena;
	map_init(&c->strings, arena, false);
	map_init(&c->lists, arena, false);
	while (sets[c->nsets] != NULL)
		c->nsets++;
	c->sets = ARENA_ARRAY(arena, c->nsets, struct set_conf);
	for (size_t i = 0; i < c->nsets; i++) {
		struct set_conf *sc = &c->sets[i];

		sc->set = sets[i];
		sc->defaults = arena_alloc(arena, sets[i]->size);
		map_init(&sc->known, arena, false);
		map_init(&sc->named.by_name, arena, false);
		map_init(&sc->domains.by_name, arena, true);
		map_init(&sc->addresses.by_name, arena, true);
	}
	return c;
}

static void loader_begin(struct loader *ld, const struct setting_set *const *sets)
{
	struct err err = { "" };

	*ld = (struct loader){ .conf = conf_new(sets), .vm = vm_new(&limits), .scratch = arena_new(0) };
	map_init(&ld->sources, ld->scratch, false);
	ld->places.v = ARENA_ARRAY(ld->scratch, KEYS_MAX, struct key_place);
	for (size_t i = 0; i < ld->conf->nsets; i++)
		ld->layered |= sets[i]->kind == SET_LAYERED;
	lua_pushcfunction(vm_state(ld->vm), open_globals);
	lua_pushlightuserdata(vm_state(ld->vm), ld);
	if (!vm_call(ld->vm, 1, 0, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	for (size_t i = 0; i < ld->conf->nsets; i++) {
		for (const struct setting *row = sets[i]->rows; row->key != NULL; row++)
			read_default(ld, &ld->conf->sets[i], row);
	}
}

static bool run_text(struct loader *ld, const char *name, struct span text)
{
	struct err err = { "" };

	if (!compile_text(ld, name, text))
		return false;
	/* A limit ends everything; any other error that a pcall swallowed still counts. */
	if (!vm_call(ld->vm, 0, 0, &err))
		return load_fail(ld, (struct origin){ NULL, 0 }, "%s", err.text);
	return !ld->failed && check_pending(ld);
}

static struct conf *loader_end(struct loader *ld, bool ok, struct err *err_r)
{
	if (!ok && err_r != NULL)
		*err_r = ld->err;
	vm_free(&ld->vm);
	ok = ok && conf_merge(ld->conf, err_r);
	arena_free(&ld->scratch);
	if (!ok)
		conf_free(&ld->conf);
	return ld->conf;
}

struct conf *conf_load(const char *path, const struct setting_set *const *sets, struct err *err_r)
{
	struct loader ld;
	struct span text = SPAN_NONE;
	bool ok = true;

	loader_begin(&ld, sets);
	if (path != NULL) {
		ld.from_file = true;
		ok = read_file(&ld, path, (struct origin){ NULL, 0 }, &text) && run_text(&ld, path, text);
	}
	return loader_end(&ld, ok, err_r);
}

struct conf *conf_load_text(struct span text, const char *name, const struct setting_set *const *sets, struct err *err_r)
{
	struct loader ld;

	loader_begin(&ld, sets);
	return loader_end(&ld, run_text(&ld, name, text), err_r);
}
