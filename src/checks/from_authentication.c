#include "checks/from_authentication.h"

#include "base/hash.h"
#include "checks/sender.h"
#include "checks/trusted_results.h"
#include "scan/engine.h"

static const char from_authentication_key;

struct from_authentication *from_authentication_of(struct task *t)
{
	void **place = task_shared(t, &from_authentication_key);

	if (*place == NULL)
		*place = ARENA_NEW(task_arena(t), struct from_authentication);
	return *place;
}

/* Equal for equal messages, so that a verdict can be replayed. */
static uint64_t dice_of(const struct message *m)
{
	static const struct hash_key key = { 0x77696e6e6f77, 0x646d617263 };
	struct hash_state h;

	hash_begin(&h, &key);
	hash_add(&h, header_value(&m->headers, HDR_MESSAGE_ID));
	hash_add(&h, header_value(&m->headers, HDR_DATE));
	hash_add(&h, header_value(&m->headers, HDR_FROM));
	return hash_end(&h);
}

/*
 * Of the envelope's sender; of the null sender (postmaster at the HELO domain, RFC 7208, 2.4) that of HELO. Where the answer did not come in time, nobody knows. NULL: SPF was not checked (switched off; a user who
 * logged in at a trusted relay), or there is no envelope.
 */
static const struct spf_result *spf_of(struct task *t)
{
	const struct authentication *a = authentication_of(t);
	const struct envelope *env = &task_tx(t)->env;
	struct spf_result *late;

	if (a->spf_mail != NULL)
		return a->spf_mail;
	if (!env->from_set || !a->spf_asked)
		return NULL;
	if (env->from.len == 0 && a->spf_helo != NULL)
		return a->spf_helo;
	late = ARENA_NEW(task_arena(t), struct spf_result);
	*late = (struct spf_result){ .result = AUTH_TEMPERROR, .domain = env->from.len != 0 ? sender_domain_of(env->from) : origin_of(t)->helo };
	return late;
}

struct dmarc_evidence from_evidence(struct task *t)
{
	const struct authentication *a = authentication_of(t);
	const struct spf_result *spf = spf_of(t);

	return (struct dmarc_evidence){ .spf = spf, .dkim = a->dkim, .ndkim = a->ndkim, .dkim_unknown = !a->dkim_done, .dice = dice_of(task_msg(t)) };
}

static bool is_trusted_sealer(const struct dmarc_settings *set, struct span domain)
{
	for (size_t i = 0; i < set->trusted_sealers.n; i++) {
		struct span trusted = set->trusted_sealers.v[i];

		if (span_case_eq(domain, trusted) ||
		    (domain.len > trusted.len && span_case_ends(domain, trusted) && domain.p[domain.len - trusted.len - 1] == '.'))
			return true;
	}
	return false;
}

static bool results_vouch(struct task *t, struct span payload, struct span domain)
{
	struct auth_results r;

	return auth_results_parse(task_arena(t), payload, &r) && auth_results_vouch(task_urls(t), task_arena(t), &r, domain);
}

/*
 * A sealed chain that is intact: what a sealer wrote is as he wrote it, and he is believed when he is trusted. What an earlier one wrote counts only when all behind
 * him are trusted as well: else it could be their invention.
 */
static bool arc_vouches(struct task *t, const struct dmarc_settings *set, struct span domain, struct span *by_r)
{
	const struct arc_result *arc = authentication_of(t)->arc;
	size_t trusted = 0;

	if (arc == NULL || set == NULL || arc->result != AUTH_PASS || arc->sets == 0)
		return false;
	while (trusted < arc->sets && is_trusted_sealer(set, arc->sealers[arc->sets - 1 - trusted]))
		trusted++;
	if (trusted == 0)
		return false;
	*by_r = arc->sealer;
	return results_vouch(t, arc->last_results, domain) || (trusted == arc->sets && results_vouch(t, arc->first_results, domain));
}

bool from_is_vouched(struct task *t, struct span domain, struct span *by_r, bool *arc_r)
{
	const struct trusted_results *trusted = trusted_results_of(t);

	*arc_r = false;
	for (size_t i = 0; i < trusted->n; i++) {
		*by_r = trusted->v[i].authserv_id;
		if (auth_results_vouch(task_urls(t), task_arena(t), &trusted->v[i], domain))
			return true;
	}
	*arc_r = true;
	return arc_vouches(t, from_authentication_of(t)->set, domain, by_r);
}
