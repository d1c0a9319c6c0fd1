/* Sender and Disposition-Notification-To: addresses beside From that tell another domain. */
#include "checks/freemail.h"
#include "checks/sender.h"
#include "scan/check.h"

enum { DIFFERS, RECEIPT };

static const struct symbol symbols[] = {
	[DIFFERS] = { "SENDER_DIFFERS", "policy", 0, "The Sender field is of another domain than From.", ACTION_NONE },
	[RECEIPT] = { "RECEIPT_TO_OTHER_DOMAIN", "content", 800, "A read receipt is wanted by another domain than the sender's.", ACTION_NONE },
};

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct address *from = sender_from(m);
	const struct header *receipt = header_first(&m->headers, HDR_DISPOSITION_NOTIFICATION_TO);
	struct address_list list = { 0 };

	(void)state;
	if (from == NULL)
		return;
	if (m->sender.n != 0 && m->sender.v[0].domain.len != 0 && !sender_same_organisation(t, m->sender.v[0].domain, from->domain))
		hit_add(t, DIFFERS, m->sender.v[0].spec);
	if (receipt == NULL || sender_is_list(m))
		return;
	address_list_parse(task_arena(t), header_unfold(task_arena(t), receipt->raw), &list);
	if (list.n != 0 && list.v[0].domain.len != 0 && !sender_same_organisation(t, list.v[0].domain, from->domain))
		hit_add(t, RECEIPT, list.v[0].spec);
}

const struct check check_sender_field = {
	.name = "sender_field", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
