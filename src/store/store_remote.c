#include "store/store_remote.h"

#include <stdlib.h>

#include "base/clock.h"
#include "store/store_op.h"
#include "store/store_wire.h"

#define ROLE 1u
#define WAITING_MAX 10000
#define WAITING_BYTES_MAX (16u << 20)
#define SOCKET_BYTES (128u << 10) /* of questions; a socket holds 208 KiB by default */

struct remote;

struct remote_op {
	struct store_op o; /* first */
	struct remote *of;
	struct timer timer;
	bool failing;      /* the timer tells OP_FAIL */
	int slot;          /* -1: not sent */
};

/* A question that was sent. Its answer comes also when nobody waits any more. */
struct slot {
	bool used;
	uint32_t id;
	size_t charge;
	struct remote_op *op;
};

struct remote {
	struct store store; /* first */
	struct loop *loop;
	struct imsg_peer *peer;
	store_lost *lost;
	void *ctx;
	struct store_ops waiting, sent, failing;
	size_t waiting_bytes;
	struct slot slots[STORE_WIRE_WINDOW];
	size_t under_way, charge;
	uint32_t turn;
};

static size_t bytes_of(const struct remote_op *op)
{
	return op->o.what.key.owner.len + op->o.what.key.name.len + op->o.what.value.len;
}

/* Out of list and slot. */
static void detach(struct remote_op *op)
{
	struct remote *s = op->of;

	if (op->o.list == &s->waiting)
		s->waiting_bytes -= bytes_of(op);
	if (op->slot >= 0)
		s->slots[op->slot].op = NULL;
	op->slot = -1;
	store_op_unlink(&op->o);
	timer_stop(&op->timer);
}

static void finish(struct remote_op *op, enum op_status status, const struct store_answer *answer)
{
	op_done *done = op->o.done;
	void *ctx = op->o.ctx;

	detach(op);
	free(op);
	if (done != NULL)
		done(ctx, status, status == OP_OK ? answer : NULL);
}

static void remote_cancel(struct op *op)
{
	detach((struct remote_op *)op);
	free(op);
}

static void fail_soon(struct remote_op *op)
{
	detach(op);
	op->failing = true;
	store_ops_add(&op->of->failing, &op->o);
	timer_set(&op->timer, 0);
}

static void timed(void *ctx)
{
	struct remote_op *op = ctx;
	int64_t left = op->o.deadline_us - clock_mono_us();

	if (op->failing)
		finish(op, OP_FAIL, NULL);
	else if (left > 0)
		timer_set(&op->timer, left);
	else
		finish(op, OP_DEADLINE, NULL);
}

/* Sending. */

/* What a message of so many bytes takes of the socket's buffer, at most. */
static size_t charge_of(size_t len)
{
	size_t n = 1024;

	while (n < len + sizeof(struct store_wire_ask) + 400)
		n *= 2;
	return n + 512;
}

static struct slot *slot_free(struct remote *s)
{
	for (size_t i = 0; i < STORE_WIRE_WINDOW; i++) {
		if (!s->slots[i].used)
			return &s->slots[i];
	}
	return NULL;
}

static void send_one(struct remote *s, struct remote_op *op, size_t charge)
{
	struct slot *slot = slot_free(s);
	int64_t left = op->o.deadline_us - clock_mono_us();
	struct buf bytes = BUF_INIT(NULL);
	struct store_wire_ask head;
	size_t index = (size_t)(slot - s->slots);

	detach(op);
	*slot = (struct slot){ .used = true, .id = (uint32_t)index | s->turn++ << 8, .charge = charge, .op = op };
	s->under_way++;
	s->charge += charge;
	op->slot = (int)index;
	store_ops_add(&s->sent, &op->o);
	timer_set(&op->timer, left);
	store_wire_write_ask(&op->o.what, left < 1 ? 1 : left > 600000000 ? 600000000 : left, &head, &bytes);
	if (!store_wire_send(s->peer, STORE_MSG_ASK, slot->id, &head, sizeof(head), buf_span(&bytes), STORE_WIRE_ASK_INLINE)) {
		/* It was not sent: no descriptor was left, or the peer is at its end, of which we are told soon. */
		s->under_way--;
		s->charge -= charge;
		slot->used = false;
		fail_soon(op);
	}
	buf_free(&bytes);
}

static void pump(struct remote *s)
{
	while (s->peer != NULL && s->waiting.first != NULL) {
		struct remote_op *op = (struct remote_op *)s->waiting.first;
		size_t len = bytes_of(op), charge = charge_of(len > STORE_WIRE_ASK_INLINE ? 0 : len);

		if (s->under_way == STORE_WIRE_WINDOW || (s->under_way != 0 && s->charge + charge > SOCKET_BYTES))
			break;
		send_one(s, op, charge);
	}
}

static struct op *remote_start(struct store *store, const struct store_request *r, int64_t deadline_us, op_done *done, void *ctx)
{
	struct remote *s = (struct remote *)store;
	struct remote_op *op = store_op_new(sizeof(*op), r, deadline_us, done, ctx);

	op->o.op.cancel = remote_cancel;
	op->of = s;
	op->slot = -1;
	timer_init(&op->timer, s->loop, timed, op);
	if (s->peer == NULL || s->waiting.n >= WAITING_MAX || s->waiting_bytes + bytes_of(op) > WAITING_BYTES_MAX) {
		fail_soon(op);
		return &op->o.op;
	}
	store_ops_add(&s->waiting, &op->o);
	s->waiting_bytes += bytes_of(op);
	timer_set(&op->timer, deadline_us);
	pump(s);
	return &op->o.op;
}

/* Receiving. */

static bool answered(struct remote *s, uint32_t id, const struct store_wire_answer *head, struct span bytes)
{
	struct slot *slot = (id & 0xff) < STORE_WIRE_WINDOW ? &s->slots[id & 0xff] : NULL;
	struct arena *arena;
	struct store_answer answer;
	enum op_status status;
	bool ok;

	if (slot == NULL || !slot->used || slot->id != id)
		return false;
	arena = arena_new(head->n != 0 ? 0 : 64);
	ok = store_wire_read_answer(head, bytes, arena, &status, &answer);
	if (ok) {
		slot->used = false;
		s->under_way--;
		s->charge -= slot->charge;
		if (slot->op != NULL)
			finish(slot->op, status, &answer);
		pump(s);
	}
	arena_free(&arena);
	return ok;
}

static bool handle_answer(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	const struct store_wire_answer *head = body;

	(void)fds;
	return answered(ctx, m->id, head, span_make((const char *)(head + 1), m->len - sizeof(*head)));
}

static bool handle_answer_file(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	const struct store_wire_answer *head = body;
	char *bytes = head->len <= STORE_WIRE_ANSWER_MAX ? store_wire_file(fds[0], (size_t)head->len) : NULL;
	bool ok = bytes != NULL && answered(ctx, m->id, head, span_make(bytes, (size_t)head->len));

	free(bytes);
	return ok;
}

static void give_up(struct remote *s)
{
	struct store_ops lost = { .n = 0 };

	imsg_close(&s->peer);
	store_ops_move(&lost, &s->sent);
	store_ops_move(&lost, &s->waiting);
	s->waiting_bytes = 0;
	for (struct store_op *op; (op = store_ops_take(&lost)) != NULL;)
		fail_soon((struct remote_op *)op);
	memset(s->slots, 0, sizeof(s->slots));
	s->under_way = s->charge = 0;
}

static void gone(void *ctx, enum imsg_end why)
{
	struct remote *s = ctx;

	give_up(s);
	if (s->lost != NULL)
		s->lost(s->ctx, why);
}

void store_remote_attach(struct store *store, int fd)
{
	static const struct imsg_row rows[] = {
		{ STORE_MSG_ANSWER, 0, ROLE, sizeof(struct store_wire_answer), sizeof(struct store_wire_answer) + STORE_WIRE_ANSWER_INLINE, handle_answer },
		{ STORE_MSG_ANSWER_FILE, 1, ROLE, sizeof(struct store_wire_answer), sizeof(struct store_wire_answer), handle_answer_file },
		{ 0, 0, 0, 0, 0, NULL },
	};
	struct remote *s = (struct remote *)store;

	give_up(s);
	if (fd >= 0)
		s->peer = imsg_open(s->loop, fd, ROLE, rows, gone, s);
}

bool store_remote_attached(const struct store *store)
{
	return ((const struct remote *)store)->peer != NULL;
}

static void drop_all(struct store_ops *list)
{
	for (struct store_op *op; (op = store_ops_take(list)) != NULL;)
		remote_cancel(&op->op);
}

static void remote_free(struct store *store)
{
	struct remote *s = (struct remote *)store;

	drop_all(&s->sent);
	drop_all(&s->waiting);
	drop_all(&s->failing);
	imsg_close(&s->peer);
	free(s);
}

struct store *store_remote_new(struct loop *loop, int fd, store_lost *lost, void *ctx)
{
	struct remote *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	*s = (struct remote){ .store = { remote_start, remote_free }, .loop = loop, .lost = lost, .ctx = ctx };
	store_remote_attach(&s->store, fd);
	return &s->store;
}
