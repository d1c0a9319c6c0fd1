/* Looks up the DMARC records of the From domains (RFC 7489, 6.6.1 and 6.6.3), while SPF and DKIM are still at work; the check dmarc judges. */
#include "checks/from_authentication.h"
#include "scan/services.h"

#define FIELDS_READ 10
#define ADDRESSES_READ 100

static const char *const quarantine_words[] = { "score", "junk", NULL };
static const char *const reject_words[] = { "score", "junk", "reject", NULL };

#define F(field) offsetof(struct dmarc_settings, field)
static const struct setting rows[] = {
	{ "quarantine", SET_ENUM, F(quarantine), "\"score\"", 0, 0, quarantine_words, 0,
	  "What follows when DMARC fails and the domain asks for quarantine: the score of DMARC_FAIL_QUARANTINE alone, or \"junk\" whatever the score." },
	{ "reject", SET_ENUM, F(reject), "\"score\"", 0, 0, reject_words, 0,
	  "What follows when DMARC fails and the domain asks for rejection: the score of DMARC_FAIL_REJECT alone, \"junk\", or \"reject\". Forwarders and mailing lists break DMARC: "
	  "\"reject\" refuses good mail, too." },
	{ "trusted_sealers", SET_STRINGS, F(trusted_sealers), "{}", 0, 0, NULL, 0,
	  "Domains (with their subdomains) whose ARC seals are believed: mail that failed DMARC but passed when a trusted sealer received it gets DMARC_ARC_OVERRIDE instead of the failure." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static const struct setting_set set = {
	.name = "dmarc", .kind = SET_ONE, .doc = "DMARC: what follows of a failure.", .size = sizeof(struct dmarc_settings), .rows = rows,
};

static void add_domain(struct task *t, struct from_authentication *f, struct span domain)
{
	domain = dmarc_domain(task_urls(t), task_arena(t), domain);
	if (domain.len == 0)
		return;
	for (size_t i = 0; i < f->n; i++) {
		if (span_eq(f->v[i].domain, domain))
			return;
	}
	if (f->n == FROM_DOMAINS_MAX)
		f->more = true;
	else
		f->v[f->n++].domain = domain;
}

static void add_addresses(struct task *t, struct from_authentication *f, const struct address_list *list)
{
	for (size_t i = 0; i < list->n && i < ADDRESSES_READ && !f->more; i++)
		add_domain(t, f, list->v[i].domain);
	f->more = f->more || list->n > ADDRESSES_READ;
}

static void add_field(struct task *t, struct from_authentication *f, const struct header *h)
{
	struct address_list list;

	address_list_parse(task_arena(t), header_unfold(task_arena(t), h->raw), &list);
	add_addresses(t, f, &list);
}

/* RFC 7489, 6.6.1: every domain of a From field with several is an author's; mail programs show any one of several From fields. */
static void collect_domains(struct task *t, struct from_authentication *f)
{
	const struct message *m = task_msg(t);
	const struct header *h = header_first(&m->headers, HDR_FROM);

	add_addresses(t, f, &m->from);
	/* What stands behind a long blank or comment is shown all the same. */
	if (h != NULL && h->raw.len > message_limits_default.header_bytes)
		add_field(t, f, h);
	for (int n = 1; h != NULL && !f->more && (h = header_next(&m->headers, h)) != NULL; n++) {
		if (n == FIELDS_READ) {
			f->more = true;
			return;
		}
		add_field(t, f, h);
	}
}

static void found(void *ctx, enum op_status status, const void *result)
{
	struct from_domain *d = ctx;
	static const struct dmarc_discovery late = { .result = AUTH_TEMPERROR, .problem = SPAN_LIT("no answer from DNS in time") };

	d->found = status == OP_OK ? result : &late;
}

static void run(struct task *t, const void *state)
{
	struct dns *dns = task_services(t)->dns;
	struct from_authentication *f = from_authentication_of(t);

	f->set = state;
	if (dns == NULL || task_tx(t)->dir == DIR_OUTBOUND)
		return;
	collect_domains(t, f);
	for (size_t i = 0; i < f->n; i++) {
		struct await *a = task_await(t, found, &f->v[i]);
		struct op *op = dmarc_discover(dns, task_urls(t), task_arena(t), f->v[i].domain, 0, await_done, a);

		if (op != NULL)
			await_bind(a, op);
		else
			await_drop(a);
	}
}

/* Without init() a check gets no settings. */
static bool init(const struct engine *engine, struct arena *arena, const void *cfg, void **state_r, struct err *err_r)
{
	(void)engine;
	(void)arena;
	(void)err_r;
	*state_r = (void *)(uintptr_t)cfg; /* NOLINT(performance-no-int-to-ptr): only to drop const */
	return true;
}

const struct check check_dmarc_record = { .name = "dmarc_record", .stages = STAGE_MESSAGE, .set = &set, .init = init, .run = run };
