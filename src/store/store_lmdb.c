/* The embedded store: the file, the queues, the transactions. */
#include "store/store_lmdb.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/log.h"
#include "store/lmdb_private.h"

#define FORMAT "winnow store 1"
#define COMMIT_AFTER_US 2000
#define COMMIT_WRITES 1000
#define COMMIT_BYTES (4u << 20)
#define SWEEP_WITH_COMMIT 100 /* expired keys deleted by the way */
#define SWEEP_ALONE 1000
#define TICK_US 1000000
#define TICK_BUSY_US 20000
#define COMPLAIN_US 60000000

struct lmdb_op {
	struct store_op o; /* first */
	struct store_answer answer;
};

struct lmdb {
	struct store store; /* first */
	struct store_lmdb_options opt;
	char *path;
	int lock;
	MDB_env *env;       /* NULL: closed after an error, opened anew at the next tick */
	struct lmdb_tables t;
	MDB_txn *reader;    /* reset between turns */
	struct store_ops reads, writes, finishing;
	size_t bytes;       /* of writes */
	struct timer read_timer, commit_timer, tick;
	bool full, busy;    /* busy: expired keys are left */
	struct store_lmdb_stats stats;
	int64_t complained_us;
};

static int64_t now_us(const struct lmdb *s)
{
	return s->opt.wall_us != NULL ? s->opt.wall_us() : clock_wall_us();
}

static void complain(struct lmdb *s, const char *what, const char *why)
{
	int64_t now = clock_mono_us();

	if (s->opt.quiet || (s->complained_us != 0 && now - s->complained_us < COMPLAIN_US))
		return;
	s->complained_us = now;
	log_error("store %s: %s: %s", s->path, what, why);
}

/* The file. */

static bool format_check(struct lmdb *s, MDB_txn *txn, struct err *err_r)
{
	MDB_val key = { 6, (void *)"format" }, data;
	int rc = mdb_get(txn, s->t.meta, &key, &data);

	if (rc == 0)
		return span_eq(span_make(data.mv_data, data.mv_size), SPAN_LIT(FORMAT)) ||
		       err_set(err_r, "%s is in a format of another version of Winnow ('%.*s', not '%s')", s->path, (int)(data.mv_size < 40 ? data.mv_size : 40), (const char *)data.mv_data, FORMAT);
	data = (MDB_val){ sizeof(FORMAT) - 1, (void *)FORMAT };
	if (rc == MDB_NOTFOUND)
		rc = mdb_put(txn, s->t.meta, &key, &data, 0);
	return rc == 0 || err_set(err_r, "%s: %s", s->path, mdb_strerror(rc));
}

static int tables_open(struct lmdb *s, MDB_txn *txn)
{
	struct {
		const char *name;
		MDB_dbi *dbi_r;
	} all[] = { { "meta", &s->t.meta }, { "values", &s->t.values }, { "expiry", &s->t.expiry }, { "logs", &s->t.logs }, { "events", &s->t.events } };
	int rc = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && rc == 0; i++)
		rc = mdb_dbi_open(txn, all[i].name, MDB_CREATE, all[i].dbi_r);
	return rc;
}

static bool tables_prepare(struct lmdb *s, struct err *err_r)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(s->env, NULL, 0, &txn);

	if (rc != 0)
		return err_set(err_r, "%s: %s", s->path, mdb_strerror(rc));
	rc = tables_open(s, txn);
	if (rc != 0 || !format_check(s, txn, err_r)) {
		mdb_txn_abort(txn);
		return rc != 0 ? err_set(err_r, "%s: %s", s->path, mdb_strerror(rc)) : false;
	}
	rc = mdb_txn_commit(txn);
	if (rc == 0)
		rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &s->reader);
	if (rc != 0)
		return err_set(err_r, "%s: %s", s->path, mdb_strerror(rc));
	mdb_txn_reset(s->reader);
	return true;
}

static void file_close(struct lmdb *s)
{
	if (s->reader != NULL)
		mdb_txn_abort(s->reader);
	s->reader = NULL;
	if (s->env != NULL)
		mdb_env_close(s->env);
	s->env = NULL;
}

static bool file_open(struct lmdb *s, struct err *err_r)
{
	/* A quarter more than allowed: what is freed can be used two transactions later only. */
	size_t map = (size_t)(s->opt.size + s->opt.size / 4), page = 65536;
	struct stat st;
	int rc = mdb_env_create(&s->env);

	/* A file that was larger once stays so. */
	if (stat(s->path, &st) == 0 && (size_t)st.st_size > map)
		map = (size_t)st.st_size + (size_t)st.st_size / 16;
	if (rc == 0)
		rc = mdb_env_set_maxdbs(s->env, 8);
	if (rc == 0)
		rc = mdb_env_set_mapsize(s->env, (map + page - 1) / page * page);
	/* We are the only process (file_lock) and have one thread: LMDB's own table of readers is not needed. */
	if (rc == 0)
		rc = mdb_env_open(s->env, s->path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_NORDAHEAD, 0600);
	if (rc == 0 && tables_prepare(s, err_r))
		return true;
	if (rc != 0)
		err_set(err_r, "%s: %s", s->path, mdb_strerror(rc));
	file_close(s);
	return false;
}

static bool file_lock(struct lmdb *s, struct err *err_r)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s.lock", s->path) >= (int)sizeof(path))
		return err_set(err_r, "the path of the store is too long");
	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock < 0)
		return err_set(err_r, "%s: %s", path, strerror(errno));
	if (flock(s->lock, LOCK_EX | LOCK_NB) != 0)
		return err_set(err_r, "%s is in use by another process", s->path);
	return true;
}

/* How much of the file is in use: pages up to the last ever used, less those on the list of free ones. Bounded by the list; not asked for while there is room behind the last page. */

static uint64_t pages_free(const struct lmdb *s)
{
	MDB_val key, data;
	MDB_cursor *cursor;
	uint64_t n = 0;
	size_t here;

	if (mdb_cursor_open(s->reader, 0, &cursor) != 0)
		return 0;
	for (int rc = mdb_cursor_get(cursor, &key, &data, MDB_FIRST); rc == 0; rc = mdb_cursor_get(cursor, &key, &data, MDB_NEXT)) {
		if (data.mv_size < sizeof(here))
			break;
		memcpy(&here, data.mv_data, sizeof(here));
		n += here;
	}
	mdb_cursor_close(cursor);
	return n;
}

static void measure(struct lmdb *s)
{
	uint64_t size = (uint64_t)s->opt.size;
	MDB_envinfo info;
	MDB_stat st;
	bool was = s->full;

	mdb_env_info(s->env, &info);
	mdb_env_stat(s->env, &st);
	s->stats.used = (uint64_t)(info.me_last_pgno + 1) * st.ms_psize;
	if (s->stats.used > size && mdb_txn_renew(s->reader) == 0) {
		s->stats.used -= pages_free(s) * st.ms_psize;
		mdb_txn_reset(s->reader);
	}
	/* What was full must shrink a little: otherwise each second would see one write. */
	s->full = s->stats.used > (was ? size - size / 32 : size);
	if (s->full && !was)
		complain(s, "full", "what would make it larger fails until something expires or is deleted, or store.size is raised");
	else if (was && !s->full && !s->opt.quiet)
		log_info("store %s: there is room again", s->path);
}

/* Operations. */

/* The operation is in no list any more. */
static void finish(struct lmdb_op *op, enum op_status status, const struct store_answer *answer)
{
	op_done *done = op->o.done;
	void *ctx = op->o.ctx;

	if (done != NULL)
		done(ctx, status, status == OP_OK ? answer : NULL);
	free(op);
}

/* Without a callback between unlinking and freeing. */
static void lmdb_cancel(struct op *op)
{
	struct store_op *o = (struct store_op *)op;

	if (o->list == NULL) {
		o->done = NULL; /* its done() is running */
		return;
	}
	store_op_unlink(o);
	free(o);
}

static bool too_late(const struct lmdb_op *op)
{
	return op->o.deadline_us < clock_mono_us();
}

static void read_all(void *ctx)
{
	struct lmdb *s = ctx;
	struct arena *arena = arena_new(0);
	struct lmdb_view v = { .t = &s->t, .now_us = now_us(s) };
	int rc = s->env != NULL ? mdb_txn_renew(s->reader) : ENODEV;

	v.txn = s->reader;
	store_ops_move(&s->finishing, &s->reads);
	for (struct lmdb_op *op; (op = (struct lmdb_op *)store_ops_take(&s->finishing)) != NULL;) {
		struct store_answer a;
		int bad = rc != 0 ? rc : lmdb_do(&v, &op->o.what, arena, &a);

		s->stats.reads++;
		if (bad != 0)
			complain(s, "cannot be read", mdb_strerror(bad));
		finish(op, bad == 0 ? OP_OK : too_late(op) ? OP_DEADLINE : OP_FAIL, &a);
	}
	if (rc == 0)
		mdb_txn_reset(s->reader);
	arena_free(&arena);
}

/* Does the writes of a list in one transaction and syncs it. What has no time left is left out, and answered so. */
static int transaction(struct lmdb *s, struct store_ops *list, unsigned sweep)
{
	struct lmdb_view v = { .t = &s->t, .now_us = now_us(s) };
	struct store_op *next;
	unsigned swept = 0;
	int rc = s->env != NULL ? mdb_txn_begin(s->env, NULL, 0, &v.txn) : ENODEV;

	if (rc != 0)
		return rc;
	rc = lmdb_sweep(&v, sweep, &swept);
	s->busy = swept == sweep;
	for (struct store_op *o = list->first; o != NULL && rc == 0; o = next) {
		struct lmdb_op *op = (struct lmdb_op *)o;

		next = o->next;
		rc = lmdb_do(&v, &o->what, NULL, &op->answer);
		op->answer.value = SPAN_NONE;
	}
	if (rc != 0) {
		mdb_txn_abort(v.txn);
		return rc;
	}
	rc = mdb_txn_commit(v.txn);
	s->stats.commits++;
	return rc;
}

static void fail_all(struct store_ops *list, enum op_status status)
{
	for (struct store_op *op; (op = store_ops_take(list)) != NULL;)
		finish((struct lmdb_op *)op, status, NULL);
}

/* Takes out of the list what has no time left, and, if so wished, what would make the store larger. */
static void sort_out(struct store_ops *from, struct store_ops *late, struct store_ops *growing)
{
	struct store_op *next;

	for (struct store_op *o = from->first; o != NULL; o = next) {
		next = o->next;
		if (too_late((struct lmdb_op *)o)) {
			store_op_unlink(o);
			store_ops_add(late, o);
		} else if (growing != NULL && store_verb_grows(o->what.verb)) {
			store_op_unlink(o);
			store_ops_add(growing, o);
		}
	}
}

/* After an error of which LMDB says, or of which we fear, that the file must be opened anew: at the next tick. */
static void failed(struct lmdb *s, int rc)
{
	complain(s, "cannot be written", mdb_strerror(rc));
	if (rc == MDB_MAP_FULL || rc == MDB_TXN_FULL || rc == ENODEV)
		return;
	file_close(s);
}

static void commit(void *ctx)
{
	struct lmdb *s = ctx;
	struct store_ops late = { .n = 0 }, refused = { .n = 0 }, now = { .n = 0 };
	int rc;

	timer_stop(&s->commit_timer);
	store_ops_move(&now, &s->writes);
	s->bytes = 0;
	sort_out(&now, &late, s->full ? &refused : NULL);
	s->stats.writes += now.n;
	rc = now.n != 0 ? transaction(s, &now, SWEEP_WITH_COMMIT) : 0;
	if (rc == MDB_MAP_FULL) {
		/* What makes room is done all the same. */
		s->full = true;
		complain(s, "full", "store.size is reached");
		sort_out(&now, &late, &refused);
		rc = now.n != 0 ? transaction(s, &now, SWEEP_WITH_COMMIT) : 0;
	}
	if (rc != 0)
		failed(s, rc);
	/* From here on done() is called, which may cancel others or start new ones. */
	store_ops_move(&s->finishing, &now);
	for (struct lmdb_op *op; (op = (struct lmdb_op *)store_ops_take(&s->finishing)) != NULL;)
		finish(op, rc == 0 ? OP_OK : OP_FAIL, &op->answer);
	fail_all(&refused, OP_FAIL);
	fail_all(&late, OP_DEADLINE);
}

static void tick(void *ctx)
{
	struct store_ops none = { .n = 0 };
	struct lmdb *s = ctx;
	struct err err;
	int rc;

	if (s->env == NULL && !file_open(s, &err))
		complain(s, "cannot be opened", err.text);
	if (s->env != NULL && (s->busy || s->full || s->writes.n == 0)) {
		MDB_val at, data;
		MDB_cursor *cursor;
		bool due = false;

		/* A transaction only where there is something to do. */
		if (mdb_txn_renew(s->reader) == 0) {
			if (mdb_cursor_open(s->reader, s->t.expiry, &cursor) == 0) {
				due = mdb_cursor_get(cursor, &at, &data, MDB_FIRST) == 0 && lmdb_get64(at.mv_data) <= (uint64_t)now_us(s);
				mdb_cursor_close(cursor);
			}
			mdb_txn_reset(s->reader);
		}
		rc = due ? transaction(s, &none, SWEEP_ALONE) : 0;
		s->busy = s->busy && due;
		if (rc != 0)
			failed(s, rc);
	}
	if (s->env != NULL)
		measure(s);
	timer_set(&s->tick, s->busy ? TICK_BUSY_US : TICK_US);
}

static struct op *lmdb_start(struct store *store, const struct store_request *r, int64_t deadline_us, op_done *done, void *ctx)
{
	struct lmdb *s = (struct lmdb *)store;
	struct lmdb_op *op = store_op_new(sizeof(*op), r, deadline_us, done, ctx);

	op->o.op.cancel = lmdb_cancel;
	if (store_verb_reads(r->verb)) {
		store_ops_add(&s->reads, &op->o);
		if (s->reads.n == 1)
			timer_set(&s->read_timer, 0);
		return &op->o.op;
	}
	store_ops_add(&s->writes, &op->o);
	s->bytes += r->value.len;
	if (s->writes.n == 1)
		timer_set(&s->commit_timer, COMMIT_AFTER_US);
	if (s->writes.n == COMMIT_WRITES || s->bytes >= COMMIT_BYTES)
		timer_set(&s->commit_timer, 0);
	return &op->o.op;
}

static void drop_all(struct store_ops *list)
{
	for (struct store_op *op; (op = store_ops_take(list)) != NULL;)
		free(op);
}

static void lmdb_free(struct store *store)
{
	struct lmdb *s = (struct lmdb *)store;

	assert(s->finishing.first == NULL);
	timer_stop(&s->read_timer);
	timer_stop(&s->commit_timer);
	timer_stop(&s->tick);
	drop_all(&s->reads);
	drop_all(&s->writes);
	file_close(s);
	if (s->lock >= 0)
		close(s->lock);
	free(s->path);
	free(s);
}

struct store *store_lmdb_open(const struct store_lmdb_options *o, struct err *err_r)
{
	struct lmdb *s = calloc(1, sizeof(*s));

	assert(o->size >= STORE_LMDB_SIZE_MIN);
	if (s == NULL)
		abort();
	*s = (struct lmdb){ .store = { lmdb_start, lmdb_free }, .opt = *o, .path = strdup(o->path), .lock = -1 };
	if (s->path == NULL)
		abort();
	timer_init(&s->read_timer, o->loop, read_all, s);
	timer_init(&s->commit_timer, o->loop, commit, s);
	timer_init(&s->tick, o->loop, tick, s);
	if (!file_lock(s, err_r) || !file_open(s, err_r)) {
		lmdb_free(&s->store);
		return NULL;
	}
	measure(s);
	timer_set(&s->tick, TICK_BUSY_US);
	return &s->store;
}

void store_lmdb_stats(struct store *store, struct store_lmdb_stats *stats_r)
{
	struct lmdb *s = (struct lmdb *)store;
	MDB_stat st;

	*stats_r = s->stats;
	stats_r->size = (uint64_t)s->opt.size;
	stats_r->full = s->full;
	if (s->env == NULL || mdb_txn_renew(s->reader) != 0)
		return;
	if (mdb_stat(s->reader, s->t.values, &st) == 0)
		stats_r->keys = st.ms_entries;
	if (mdb_stat(s->reader, s->t.logs, &st) == 0)
		stats_r->records = st.ms_entries;
	mdb_txn_reset(s->reader);
}
