#include "store/store_serve.h"

#include <stdlib.h>

#include "store/store_wire.h"

#define ROLE 1u

struct question {
	struct store_server *server;
	struct op *op; /* NULL: free */
	uint32_t id;
};

struct store_server {
	struct imsg_peer *peer;
	struct store *store;
	uint32_t verbs;
	imsg_gone *gone;
	void *ctx;
	struct question questions[STORE_WIRE_WINDOW];
};

static void answered(void *ctx, enum op_status status, const void *result)
{
	struct question *q = ctx;
	struct store_wire_answer head;
	struct buf bytes = BUF_INIT(NULL);

	q->op = NULL;
	store_wire_write_answer(status, result, &head, &bytes);
	if (!store_wire_send(q->server->peer, STORE_MSG_ANSWER, q->id, &head, sizeof(head), buf_span(&bytes), STORE_WIRE_ANSWER_INLINE) && bytes.len > STORE_WIRE_ANSWER_INLINE) {
		/* Out of descriptors, perhaps: say so in short. If the peer is gone, this does nothing. */
		head = (struct store_wire_answer){ .status = OP_FAIL };
		(void)!store_wire_send(q->server->peer, STORE_MSG_ANSWER, q->id, &head, sizeof(head), SPAN_NONE, STORE_WIRE_ANSWER_INLINE);
	}
	buf_free(&bytes);
}

static bool asked(struct store_server *s, uint32_t id, const struct store_wire_ask *head, struct span bytes)
{
	struct store_request r;

	if (!store_wire_read_ask(head, bytes, &r) || (s->verbs & STORE_ALLOW(r.verb)) == 0)
		return false;
	for (size_t i = 0; i < STORE_WIRE_WINDOW; i++) {
		struct question *q = &s->questions[i];

		if (q->op != NULL)
			continue;
		*q = (struct question){ .server = s, .id = id };
		q->op = store_start(s->store, &r, head->deadline_us, answered, q);
		return true;
	}
	return false;
}

static bool handle_ask(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	const struct store_wire_ask *head = body;

	(void)fds;
	return asked(ctx, m->id, head, span_make((const char *)(head + 1), m->len - sizeof(*head)));
}

static bool handle_ask_file(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	const struct store_wire_ask *head = body;
	size_t len = (size_t)head->owner_len + head->name_len + head->value_len;
	char *bytes = len <= STORE_WIRE_ASK_MAX ? store_wire_file(fds[0], len) : NULL;
	bool ok = bytes != NULL && asked(ctx, m->id, head, span_make(bytes, len));

	free(bytes);
	return ok;
}

static void gone(void *ctx, enum imsg_end why)
{
	struct store_server *s = ctx;

	s->gone(s->ctx, why);
}

struct store_server *store_serve(struct loop *loop, int fd, struct store *store, uint32_t verbs, imsg_gone *gone_fn, void *ctx)
{
	static const struct imsg_row rows[] = {
		{ STORE_MSG_ASK, 0, ROLE, sizeof(struct store_wire_ask), IMSG_BODY_MAX, handle_ask },
		{ STORE_MSG_ASK_FILE, 1, ROLE, sizeof(struct store_wire_ask), sizeof(struct store_wire_ask), handle_ask_file },
		{ 0, 0, 0, 0, 0, NULL },
	};
	struct store_server *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	*s = (struct store_server){ .store = store, .verbs = verbs, .gone = gone_fn, .ctx = ctx };
	s->peer = imsg_open(loop, fd, ROLE, rows, gone, s);
	return s;
}

void store_server_free(struct store_server **s_r)
{
	struct store_server *s = *s_r;

	*s_r = NULL;
	if (s == NULL)
		return;
	for (size_t i = 0; i < STORE_WIRE_WINDOW; i++)
		op_cancel(&s->questions[i].op);
	imsg_close(&s->peer);
	free(s);
}
