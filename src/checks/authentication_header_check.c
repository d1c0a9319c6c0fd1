/* Our Authentication-Results field (RFC 8601), on top of mail from outside. */
#include "checks/from_authentication.h"
#include "checks/trusted_results.h"

static bool is_anything_known(const struct authentication *a)
{
	return a->spf_mail != NULL || a->spf_helo != NULL || a->dkim_done || a->dmarc != NULL || a->arc != NULL;
}

static void run(struct task *t, const void *state)
{
	const struct transaction *tx = task_tx(t);
	const struct authentication *a = authentication_of(t);
	const struct trusted_results *r = trusted_results_of(t);
	struct auth_report report = { .authserv_id = r->authserv_id, .auth = a, .mail_from = tx->env.from, .dmarc_note = from_authentication_of(t)->note };

	(void)state;
	if (r->set == NULL || !r->set->header || (tx->dir != DIR_INBOUND && tx->dir != DIR_RELAY) || !is_anything_known(a))
		return;
	report.helo = origin_of(t)->helo;
	report.client = &origin_of(t)->ip;
	edit_add(t, &(struct edit){ .kind = EDIT_INSERT_HEADER, .name = SPAN_LIT("Authentication-Results"), .value = auth_results_write(task_arena(t), &report) });
}

static const char *const after[] = { "authentication_results", "spf", "dkim", "arc", "dmarc", NULL };

const struct check check_authentication_header = { .name = "authentication_header", .stages = STAGE_MESSAGE, .after = after, .run = run };
