#include "store/store_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/log.h"
#include "store/spool_record.h"
#include "store/store_op.h"

#define SYNC_AFTER_US 2000
#define HAND_AT_ONCE 32
#define RETRY_FIRST_US 250000
#define RETRY_MAX_US 10000000
#define WINDOW (4 * (size_t)SPOOL_RECORD_MAX)

struct spool;

struct spool_op {
	struct store_op o; /* first */
	struct spool *of;
	struct op *behind; /* NULL: in the list of what is written next */
	bool failed;       /* it could not be spooled */
};

/* An event on its way from the file to the store. */
struct hand {
	struct spool *of;
	struct op *op;
};

struct spool {
	struct store store; /* first */
	struct store_spool_options opt;
	struct store *behind;
	char *path;
	int fd;
	int64_t size;              /* of the file */
	struct buf out;            /* to be written */
	struct store_ops writing;  /* who waits for that */
	struct timer sync, retry;
	/* Handing over: what stands before "at" is with the store. */
	int64_t at;
	struct buf window;         /* bytes of the file from "at" on */
	struct hand hands[HAND_AT_ONCE];
	size_t under_way, batch;   /* batch: bytes of the window that are under way */
	bool missed;               /* one of the batch was not taken */
	int64_t wait_us;
	uint64_t skipped, batch_skipped;
};

static void complain(const struct spool *s, const char *what)
{
	if (!s->opt.quiet)
		log_error("spool %s: %s: %s", s->path, what, strerror(errno));
}

/* Operations. */

static void finish(struct spool_op *op, enum op_status status, const struct store_answer *answer)
{
	op_done *done = op->o.done;
	void *ctx = op->o.ctx;

	store_op_unlink(&op->o);
	free(op);
	if (done != NULL)
		done(ctx, status, status == OP_OK ? answer : NULL);
}

static void spool_cancel(struct op *o)
{
	struct spool_op *op = (struct spool_op *)o;

	op_cancel(&op->behind);
	store_op_unlink(&op->o);
	free(op);
}

static void spool_it(struct spool_op *op)
{
	struct spool *s = op->of;
	const struct spool_record record = { op->o.what.log, op->o.what.key.name, op->o.what.value };

	op->failed = s->size + (int64_t)s->out.len + SPOOL_RECORD_MAX > s->opt.max;
	if (!op->failed)
		spool_record_write(&record, &s->out);
	if (s->writing.n == 0)
		timer_set(&s->sync, SYNC_AFTER_US);
	store_ops_add(&s->writing, &op->o);
}

static void behind_done(void *ctx, enum op_status status, const void *result)
{
	struct spool_op *op = ctx;

	op->behind = NULL;
	if (status == OP_OK)
		finish(op, OP_OK, result);
	else
		spool_it(op);
}

static struct op *spool_start(struct store *store, const struct store_request *r, int64_t deadline_us, op_done *done, void *ctx)
{
	struct spool *s = (struct spool *)store;
	struct spool_op *op;

	if (r->verb != STORE_APPEND || r->key.name.len == 0)
		return store_start(s->behind, r, deadline_us, done, ctx);
	op = store_op_new(sizeof(*op), r, deadline_us, done, ctx);
	op->o.op.cancel = spool_cancel;
	op->of = s;
	op->behind = store_start(s->behind, r, deadline_us, behind_done, op);
	return &op->o.op;
}

/* Writing. */

static bool write_all(int fd, struct span bytes, off_t at)
{
	while (bytes.len != 0) {
		ssize_t n = pwrite(fd, bytes.p, bytes.len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		bytes = span_from(bytes, (size_t)n);
	}
	return true;
}

static bool flush(struct spool *s)
{
	size_t len = s->out.len;
	bool ok = write_all(s->fd, buf_span(&s->out), s->size) && fdatasync(s->fd) == 0;

	buf_clear(&s->out);
	if (ok) {
		s->size += (int64_t)len;
		return true;
	}
	complain(s, "cannot be written");
	/* Half a record would be passed over, but need not be there. */
	(void)!ftruncate(s->fd, s->size);
	return false;
}

static void sync_now(void *ctx)
{
	const struct store_answer kept = { .yes = true };
	struct store_ops now = { .n = 0 };
	struct spool *s = ctx;
	bool ok = s->out.len == 0 || flush(s);

	if (s->size != 0 && s->under_way == 0 && s->wait_us == 0) {
		s->wait_us = RETRY_FIRST_US;
		timer_set(&s->retry, s->wait_us);
	}
	store_ops_move(&now, &s->writing);
	for (struct spool_op *op; (op = (struct spool_op *)store_ops_take(&now)) != NULL;)
		finish(op, ok && !op->failed ? OP_OK : OP_FAIL, &kept);
}

/* Handing over. */

static void batch_over(struct spool *);

static void handed(void *ctx, enum op_status status, const void *result)
{
	struct hand *h = ctx;
	struct spool *s = h->of;

	(void)result;
	h->op = NULL;
	s->missed = s->missed || status != OP_OK;
	if (--s->under_way == 0)
		batch_over(s);
}

static bool fill_window(struct spool *s)
{
	while (s->window.len < WINDOW && s->at + (int64_t)s->window.len < s->size) {
		int64_t left = s->size - s->at - (int64_t)s->window.len;
		size_t want = WINDOW - s->window.len;
		char *p = buf_reserve(&s->window, want);
		ssize_t n = pread(s->fd, p, left < (int64_t)want ? (size_t)left : want, s->at + (int64_t)s->window.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			complain(s, "cannot be read");
			return false;
		}
		s->window.len += (size_t)n;
	}
	return true;
}

static void all_over(struct spool *s)
{
	if (!s->opt.quiet) {
		log_info("spool %s: all events were handed over", s->path);
		if (s->skipped != 0)
			log_error("spool %s: %llu bytes could not be read", s->path, (unsigned long long)s->skipped);
	}
	if (ftruncate(s->fd, 0) != 0 || fdatasync(s->fd) != 0)
		complain(s, "cannot be emptied"); /* it will be handed over again, without effect */
	s->size = s->at = 0;
	s->skipped = 0;
	s->wait_us = 0;
	buf_free(&s->window);
	s->window = BUF_INIT(NULL);
}

static void hand_over(void *ctx)
{
	struct spool *s = ctx;
	struct spool_record record;
	size_t used, skipped;

	s->batch = s->batch_skipped = 0;
	s->missed = false;
	if (!fill_window(s)) {
		timer_set(&s->retry, s->wait_us = RETRY_MAX_US);
		return;
	}
	while (s->under_way < HAND_AT_ONCE) {
		bool end = s->at + (int64_t)s->window.len == s->size, is = spool_record_read(span_from(buf_span(&s->window), s->batch), end, &record, &used, &skipped);
		struct hand *h = &s->hands[s->under_way];

		s->batch += used;
		s->batch_skipped += skipped;
		if (!is)
			break;
		*h = (struct hand){ .of = s };
		h->op = store_append_once(s->behind, record.log, record.key, record.bytes, 0, handed, h);
		s->under_way++;
	}
	if (s->under_way == 0)
		batch_over(s);
}

/* What was under way is with the store, or is tried again later. */
static void batch_over(struct spool *s)
{
	if (s->missed) {
		s->wait_us = s->wait_us < RETRY_MAX_US / 2 ? s->wait_us * 2 : RETRY_MAX_US;
		timer_set(&s->retry, s->wait_us);
		return;
	}
	buf_drop(&s->window, s->batch);
	s->at += (int64_t)s->batch;
	s->skipped += s->batch_skipped;
	s->wait_us = RETRY_FIRST_US;
	if (s->at == s->size)
		all_over(s);
	else
		timer_set(&s->retry, 0);
}

/* The file. */

static bool file_open(struct spool *s, struct err *err_r)
{
	char folder[4096];
	struct stat st;
	int fd;

	s->fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->fd < 0 || fstat(s->fd, &st) != 0)
		return err_set(err_r, "%s: %s", s->path, strerror(errno));
	if (flock(s->fd, LOCK_EX | LOCK_NB) != 0)
		return err_set(err_r, "%s is in use by another process", s->path);
	s->size = st.st_size;
	/* The name is durable, too. */
	snprintf(folder, sizeof(folder), "%s", s->path);
	fd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)!fsync(fd);
		close(fd);
	}
	return true;
}

static void spool_free(struct store *store)
{
	struct spool *s = (struct spool *)store;

	timer_stop(&s->sync);
	timer_stop(&s->retry);
	for (size_t i = 0; i < HAND_AT_ONCE; i++)
		op_cancel(&s->hands[i].op);
	for (struct store_op *op; (op = store_ops_take(&s->writing)) != NULL;)
		free(op);
	if (s->out.len != 0)
		(void)!flush(s);
	store_free(&s->behind);
	buf_free(&s->out);
	buf_free(&s->window);
	if (s->fd >= 0)
		close(s->fd);
	free(s->path);
	free(s);
}

struct store *store_spool_new(const struct store_spool_options *o, struct store *behind, struct err *err_r)
{
	struct spool *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	*s = (struct spool){ .store = { spool_start, spool_free }, .opt = *o, .path = strdup(o->path), .fd = -1, .out = BUF_INIT(NULL), .window = BUF_INIT(NULL) };
	if (s->path == NULL)
		abort();
	timer_init(&s->sync, o->loop, sync_now, s);
	timer_init(&s->retry, o->loop, hand_over, s);
	if (!file_open(s, err_r)) {
		spool_free(&s->store);
		return NULL;
	}
	s->behind = behind;
	if (s->size != 0) {
		s->wait_us = RETRY_FIRST_US;
		timer_set(&s->retry, 0);
	}
	return &s->store;
}

uint64_t store_spool_waiting(const struct store *store)
{
	const struct spool *s = (const struct spool *)store;

	return (uint64_t)(s->size - s->at) + s->out.len;
}
