/* The operations on the embedded store's data, within a transaction. */
#include "base/array.h"
#include "store/lmdb_private.h"
#include "store/window.h"

#define STAMP 8 /* bytes of time in front of a value */

struct key {
	size_t len;
	unsigned char b[8 + LMDB_KEY_MAX];
};

static MDB_val val(const void *p, size_t len)
{
	return (MDB_val){ .mv_size = len, .mv_data = (void *)p };
}

static void key_add(struct key *k, struct span s)
{
	if (s.len != 0)
		memcpy(k->b + k->len, s.p, s.len);
	k->len += s.len;
}

static struct key key_of(const struct store_key *from)
{
	struct key k = { .len = 2, .b = { (unsigned char)from->space, (unsigned char)from->owner.len } };

	key_add(&k, from->owner);
	key_add(&k, from->name);
	return k;
}

static struct key key_expiry(uint64_t at, const void *key, size_t len)
{
	struct key k = { .len = 8 };

	lmdb_put64(k.b, at);
	key_add(&k, span_make(key, len));
	return k;
}

static struct key key_position(enum store_log log, uint64_t position)
{
	struct key k = { .len = 9, .b = { (unsigned char)log } };

	lmdb_put64(k.b + 1, position);
	return k;
}

static struct key key_event(enum store_log log, struct span event)
{
	struct key k = { .len = 1, .b = { (unsigned char)log } };

	key_add(&k, event);
	return k;
}

static int get(const struct lmdb_view *v, MDB_dbi table, const struct key *k, MDB_val *data_r)
{
	MDB_val key = val(k->b, k->len);

	return mdb_get(v->txn, table, &key, data_r);
}

static int put(const struct lmdb_view *v, MDB_dbi table, const struct key *k, const void *p, size_t len)
{
	MDB_val key = val(k->b, k->len), data = val(p, len);

	return mdb_put(v->txn, table, &key, &data, 0);
}

/* What is not there is deleted already. */
static int del(const struct lmdb_view *v, MDB_dbi table, const struct key *k)
{
	MDB_val key = val(k->b, k->len);
	int rc = mdb_del(v->txn, table, &key, NULL);

	return rc == MDB_NOTFOUND ? 0 : rc;
}

/* Values. */

struct stored {
	bool there, alive; /* alive: not expired */
	uint64_t expiry;
	struct span bytes;
};

static int value_read(const struct lmdb_view *v, const struct key *k, struct stored *stored_r)
{
	MDB_val data;
	int rc = get(v, v->t->values, k, &data);

	*stored_r = (struct stored){ .there = false };
	if (rc == MDB_NOTFOUND)
		return 0;
	if (rc != 0)
		return rc;
	if (data.mv_size < STAMP)
		return MDB_CORRUPTED;
	stored_r->there = true;
	stored_r->expiry = lmdb_get64(data.mv_data);
	stored_r->alive = stored_r->expiry > (uint64_t)v->now_us;
	stored_r->bytes = span_make((const char *)data.mv_data + STAMP, data.mv_size - STAMP);
	return 0;
}

static int expiry_drop(const struct lmdb_view *v, const struct key *k, const struct stored *old)
{
	struct key at = key_expiry(old->expiry, k->b, k->len);

	return old->there ? del(v, v->t->expiry, &at) : 0;
}

/* old may lie in the page that is written: its bytes are of no use afterwards. */
static int value_write(const struct lmdb_view *v, const struct key *k, const struct stored *old, struct span bytes, uint64_t expiry)
{
	MDB_val key = val(k->b, k->len), data = val(NULL, STAMP + bytes.len);
	struct key at = key_expiry(expiry, k->b, k->len);
	int rc = 0;

	if (!old->there || old->expiry != expiry) {
		rc = expiry_drop(v, k, old);
		if (rc == 0)
			rc = put(v, v->t->expiry, &at, NULL, 0);
	}
	if (rc == 0)
		rc = mdb_put(v->txn, v->t->values, &key, &data, MDB_RESERVE);
	if (rc != 0)
		return rc;
	lmdb_put64(data.mv_data, expiry);
	if (bytes.len != 0)
		memcpy((char *)data.mv_data + STAMP, bytes.p, bytes.len);
	return 0;
}

static int do_get(const struct lmdb_view *v, const struct store_request *r, struct store_answer *a)
{
	struct key k = key_of(&r->key);
	struct stored s;
	int rc = value_read(v, &k, &s);

	a->yes = s.alive;
	a->value = s.alive ? s.bytes : SPAN_NONE;
	return rc;
}

static int do_put(const struct lmdb_view *v, const struct store_request *r, struct store_answer *a)
{
	struct key k = key_of(&r->key);
	struct stored s;
	int rc = value_read(v, &k, &s);

	a->yes = true;
	return rc != 0 ? rc : value_write(v, &k, &s, r->value, (uint64_t)(v->now_us + r->time_us));
}

static int do_delete(const struct lmdb_view *v, const struct store_request *r, struct store_answer *a)
{
	struct key k = key_of(&r->key);
	struct stored s;
	int rc = value_read(v, &k, &s);

	a->yes = s.alive;
	if (rc == 0)
		rc = expiry_drop(v, &k, &s);
	return rc == 0 && s.there ? del(v, v->t->values, &k) : rc;
}

static int do_claim(const struct lmdb_view *v, const struct store_request *r, struct store_answer *a)
{
	struct key k = key_of(&r->key);
	struct stored s;
	int rc = value_read(v, &k, &s);

	a->yes = !s.alive;
	return rc != 0 || s.alive ? rc : value_write(v, &k, &s, SPAN_LIT("1"), (uint64_t)(v->now_us + r->time_us));
}

static int do_count(const struct lmdb_view *v, const struct store_request *r, struct store_answer *a)
{
	struct key k = key_of(&r->key);
	struct stored s;
	struct window w;
	char text[WINDOW_TEXT];
	int rc = value_read(v, &k, &s);

	if (rc != 0)
		return rc;
	window_read(&w, s.alive ? s.bytes : SPAN_NONE);
	a->number = window_add(&w, r->number, r->time_us, v->now_us);
	return r->number == 0 ? 0 : value_write(v, &k, &s, window_write(&w, text), (uint64_t)window_expiry_us(&w));
}

static int do_forget(const struct lmdb_view *v, const struct store_request *r, struct store_answer *a)
{
	struct key k = key_of(&(struct store_key){ .space = r->key.space, .owner = r->key.owner }), at;
	MDB_val key, data;
	MDB_cursor *cursor;
	int rc = mdb_cursor_open(v->txn, v->t->values, &cursor);

	if (rc != 0)
		return rc;
	for (;;) {
		key = val(k.b, k.len);
		rc = mdb_cursor_get(cursor, &key, &data, MDB_SET_RANGE);
		if (rc != 0 || key.mv_size < k.len || memcmp(key.mv_data, k.b, k.len) != 0)
			break;
		if (a->number == r->max) {
			a->more = true;
			break;
		}
		if (data.mv_size < STAMP || key.mv_size > LMDB_KEY_MAX) {
			rc = MDB_CORRUPTED;
			break;
		}
		at = key_expiry(lmdb_get64(data.mv_data), key.mv_data, key.mv_size);
		rc = del(v, v->t->expiry, &at);
		if (rc == 0)
			rc = mdb_cursor_del(cursor, 0);
		if (rc != 0)
			break;
		a->number++;
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

int lmdb_sweep(const struct lmdb_view *v, unsigned max, unsigned *swept_r)
{
	MDB_val at, none;
	MDB_cursor *cursor;
	int rc = mdb_cursor_open(v->txn, v->t->expiry, &cursor);

	*swept_r = 0;
	if (rc != 0)
		return rc;
	while (*swept_r < max && (rc = mdb_cursor_get(cursor, &at, &none, MDB_FIRST)) == 0 && lmdb_get64(at.mv_data) <= (uint64_t)v->now_us) {
		MDB_val key = val((const char *)at.mv_data + 8, at.mv_size - 8);

		rc = mdb_del(v->txn, v->t->values, &key, NULL);
		if (rc == 0 || rc == MDB_NOTFOUND)
			rc = mdb_cursor_del(cursor, 0);
		if (rc != 0)
			break;
		++*swept_r;
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

/* Logs. */

/* Position and bytes of what a cursor shows. False: it is no record. */
static bool record_read(const MDB_val *key, const MDB_val *data, struct store_record *record_r)
{
	const char *p = data->mv_data;
	size_t len = data->mv_size >= 1 ? (unsigned char)p[0] : 0;

	if (key->mv_size != 9 || data->mv_size < 1 + len)
		return false;
	record_r->position = lmdb_get64((const char *)key->mv_data + 1);
	record_r->key = span_make(p + 1, len);
	record_r->bytes = span_make(p + 1 + len, data->mv_size - 1 - len);
	return true;
}

static int next_position(const struct lmdb_view *v, enum store_log log, uint64_t *position_r)
{
	struct key k = { .len = 2, .b = { 'p', (unsigned char)log } };
	unsigned char bytes[8];
	MDB_val data;
	int rc = get(v, v->t->meta, &k, &data);

	if (rc != 0 && rc != MDB_NOTFOUND)
		return rc;
	if (rc == 0 && data.mv_size != 8)
		return MDB_CORRUPTED;
	*position_r = rc == 0 ? lmdb_get64(data.mv_data) : 1;
	lmdb_put64(bytes, *position_r + 1);
	return put(v, v->t->meta, &k, bytes, sizeof(bytes));
}

static int record_write(const struct lmdb_view *v, const struct store_request *r, uint64_t position)
{
	struct key k = key_position(r->log, position);
	MDB_val key = val(k.b, k.len), data = val(NULL, 1 + r->key.name.len + r->value.len);
	int rc = mdb_put(v->txn, v->t->logs, &key, &data, MDB_RESERVE | MDB_APPEND);
	char *p;

	/* Not at the end: a log with a higher number has records. */
	if (rc == MDB_KEYEXIST)
		rc = mdb_put(v->txn, v->t->logs, &key, &data, MDB_RESERVE);
	if (rc != 0)
		return rc;
	p = data.mv_data;
	*p++ = (char)r->key.name.len;
	if (r->key.name.len != 0)
		memcpy(p, r->key.name.p, r->key.name.len);
	if (r->value.len != 0)
		memcpy(p + r->key.name.len, r->value.p, r->value.len);
	return 0;
}

static int do_append(const struct lmdb_view *v, const struct store_request *r, struct store_answer *a)
{
	struct key event = key_event(r->log, r->key.name);
	unsigned char bytes[8];
	MDB_val data;
	int rc = r->key.name.len != 0 ? get(v, v->t->events, &event, &data) : MDB_NOTFOUND;

	if (rc == 0) {
		a->number = data.mv_size == 8 ? lmdb_get64(data.mv_data) : 0;
		return 0;
	}
	if (rc == MDB_NOTFOUND)
		rc = next_position(v, r->log, &a->number);
	if (rc == 0)
		rc = record_write(v, r, a->number);
	lmdb_put64(bytes, a->number);
	if (rc == 0 && r->key.name.len != 0)
		rc = put(v, v->t->events, &event, bytes, sizeof(bytes));
	a->yes = rc == 0;
	return rc;
}

static int do_range(const struct lmdb_view *v, const struct store_request *r, struct arena *arena, struct store_answer *a)
{
	struct key k = key_position(r->log, r->number);
	struct store_record *records = ARENA_ARRAY(arena, 16, struct store_record), record;
	size_t cap = 16, bytes = 0;
	MDB_val key = val(k.b, k.len), data;
	MDB_cursor *cursor;
	int rc = mdb_cursor_open(v->txn, v->t->logs, &cursor);

	if (rc != 0)
		return rc;
	rc = mdb_cursor_get(cursor, &key, &data, MDB_SET_RANGE);
	while (rc == 0 && key.mv_size >= 1 && *(const unsigned char *)key.mv_data == (unsigned char)r->log) {
		if (!record_read(&key, &data, &record)) {
			rc = MDB_CORRUPTED;
			break;
		}
		bytes += record.bytes.len;
		if (a->n == r->max || (a->n != 0 && bytes > STORE_RANGE_BYTES)) {
			a->more = true;
			break;
		}
		if (a->n == cap)
			records = array_grow(arena, records, a->n, &cap, sizeof(*records));
		records[a->n++] = record;
		rc = mdb_cursor_get(cursor, &key, &data, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	a->v = records;
	return rc == MDB_NOTFOUND ? 0 : rc;
}

static int event_drop(const struct lmdb_view *v, enum store_log log, struct span event)
{
	struct key k = key_event(log, event);

	return event.len != 0 ? del(v, v->t->events, &k) : 0;
}

static int do_trim(const struct lmdb_view *v, const struct store_request *r, struct store_answer *a)
{
	struct key k = key_position(r->log, 0);
	struct store_record record;
	MDB_val key, data;
	MDB_cursor *cursor;
	int rc = mdb_cursor_open(v->txn, v->t->logs, &cursor);

	if (rc != 0)
		return rc;
	for (;;) {
		key = val(k.b, k.len);
		rc = mdb_cursor_get(cursor, &key, &data, MDB_SET_RANGE);
		if (rc != 0 || *(const unsigned char *)key.mv_data != (unsigned char)r->log)
			break;
		if (!record_read(&key, &data, &record)) {
			rc = MDB_CORRUPTED;
			break;
		}
		if (record.position >= r->number)
			break;
		if (a->number == r->max) {
			a->more = true;
			break;
		}
		rc = event_drop(v, r->log, record.key);
		if (rc == 0)
			rc = mdb_cursor_del(cursor, 0);
		if (rc != 0)
			break;
		a->number++;
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

static int do_remove(const struct lmdb_view *v, const struct store_request *r, struct store_answer *a)
{
	struct key k = key_position(r->log, r->number);
	struct store_record record;
	MDB_val key = val(k.b, k.len), data;
	int rc = get(v, v->t->logs, &k, &data);

	if (rc == MDB_NOTFOUND)
		return 0;
	if (rc != 0)
		return rc;
	if (!record_read(&key, &data, &record))
		return MDB_CORRUPTED;
	a->yes = true;
	rc = event_drop(v, r->log, record.key);
	return rc != 0 ? rc : del(v, v->t->logs, &k);
}

int lmdb_do(const struct lmdb_view *v, const struct store_request *r, struct arena *arena, struct store_answer *a)
{
	*a = (struct store_answer){ .yes = false };
	switch (r->verb) {
	case STORE_GET: return do_get(v, r, a);
	case STORE_PUT: return do_put(v, r, a);
	case STORE_DELETE: return do_delete(v, r, a);
	case STORE_COUNT: return do_count(v, r, a);
	case STORE_CLAIM: return do_claim(v, r, a);
	case STORE_FORGET: return do_forget(v, r, a);
	case STORE_APPEND: return do_append(v, r, a);
	case STORE_RANGE: return do_range(v, r, arena, a);
	case STORE_TRIM: return do_trim(v, r, a);
	case STORE_REMOVE: return do_remove(v, r, a);
	case STORE_VERBS: break;
	}
	return EINVAL;
}
