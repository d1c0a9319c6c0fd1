#include "checks/signatures.h"

#include "scan/services.h"

static const char message_key;

struct signed_message *signatures_message(struct task *t, struct dkim_crypto *crypto)
{
	void **place = task_shared(t, &message_key);
	struct signed_message *m = *place;

	if (m == NULL) {
		m = ARENA_NEW(task_arena(t), struct signed_message);
		signed_message_init(m, task_arena(t), crypto, task_tx(t)->raw, task_tx(t)->raw_size);
		*place = m;
	}
	return m;
}

static void free_crypto(void *ctx)
{
	struct dkim_crypto *crypto = ctx;

	dkim_crypto_free(&crypto);
}

struct dkim_crypto *signatures_crypto(struct arena *arena)
{
	struct dkim_crypto *crypto = dkim_crypto_new();

	arena_cleanup(arena, free_crypto, crypto);
	return crypto;
}

bool signatures_wanted(const struct task *t)
{
	enum direction dir = task_tx(t)->dir;

	return task_services(t)->dns != NULL && (dir == DIR_INBOUND || dir == DIR_RELAY);
}
