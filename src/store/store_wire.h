/*
 * Requests and answers as messages between processes (io/imsg.h): a fixed head, then bytes. What does not fit into a message goes into a sealed memory file, while the head stays in the message.
 *   ask     owner, name, value, without anything between
 *   answer  the value; or for each record: position (8 bytes), lengths of key and record (4 bytes each), key, record
 * Both ends are one build of the program: numbers are as the machine writes them. But neither trusts the other: all is checked.
 */
#ifndef WINNOW_STORE_STORE_WIRE_H
#define WINNOW_STORE_STORE_WIRE_H

#include "base/buf.h"
#include "io/imsg.h"
#include "store/store.h"

enum { STORE_MSG_ASK = 1, STORE_MSG_ASK_FILE, STORE_MSG_ANSWER, STORE_MSG_ANSWER_FILE };

/* Questions of one client under way at most; more is the end of the client. All answers fit into a socket's buffer then, whoever sleeps. */
#define STORE_WIRE_WINDOW 64
#define STORE_WIRE_ANSWER_INLINE 1024
#define STORE_WIRE_ASK_INLINE (IMSG_BODY_MAX - sizeof(struct store_wire_ask))
/* Bytes of a memory file. */
#define STORE_WIRE_ASK_MAX (STORE_OWNER_MAX + STORE_NAME_MAX + STORE_VALUE_MAX)
#define STORE_WIRE_ANSWER_MAX (STORE_RANGE_BYTES + STORE_VALUE_MAX + STORE_RANGE_MAX * (16 + STORE_NAME_MAX))

struct store_wire_ask {
	uint8_t verb, space, log, zero;
	uint16_t owner_len, name_len;
	uint32_t value_len, max;
	int64_t time_us, deadline_us;
	uint64_t number;
};

struct store_wire_answer {
	uint8_t status, yes, more, zero;
	uint32_t n;      /* records */
	uint64_t number;
	uint64_t len;    /* of the bytes */
};

/* The bytes are appended to out. */
void store_wire_write_ask(const struct store_request *, int64_t deadline_us, struct store_wire_ask *head_r, struct buf *out);
/* The request points into bytes. False: not such, or beyond the limits. */
bool store_wire_read_ask(const struct store_wire_ask *, struct span bytes, struct store_request *request_r) MUST_USE;

void store_wire_write_answer(enum op_status, const struct store_answer *, struct store_wire_answer *head_r, struct buf *out);
/* The answer points into bytes; its records are in the arena. */
bool store_wire_read_answer(const struct store_wire_answer *, struct span bytes, struct arena *, enum op_status *status_r, struct store_answer *answer_r) MUST_USE;

/* Sends head and bytes, as a memory file when they are more than inline_max. False: the peer is at its end, or there is no descriptor. */
bool store_wire_send(struct imsg_peer *, uint16_t type, uint32_t id, const void *head, size_t head_len, struct span bytes, size_t inline_max) MUST_USE;
/* The len bytes of a sealed memory file, on the heap; NULL: it is no such. */
char *store_wire_file(int fd, size_t len) MUST_USE;

#endif
