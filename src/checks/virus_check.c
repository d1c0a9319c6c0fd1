/* What libclamav found in the files of a message. Official signatures of malware are forced; what is a guess, unwanted or of unknown origin is scored. */
#include "checks/inspection.h"
#include "checks/virus_names.h"
#include "scan/engine.h"

enum { VIRUS, UNOFFICIAL, PUA, HEURISTIC, PHISHING, ENCRYPTED, LIMITS, UNAVAILABLE, ERROR, NO_DATABASE, SYMBOLS };

static const struct symbol symbols[] = {
	[VIRUS] = { "VIRUS", "policy", 15000, "A file is malware by a signature of ClamAV's own databases.", ACTION_REJECT },
	[UNOFFICIAL] = { "VIRUS_UNOFFICIAL", "malware", 6000, "A file is malware by an unofficial signature.", ACTION_NONE },
	[PUA] = { "VIRUS_PUA", "malware", 3000, "A file is a potentially unwanted application.", ACTION_NONE },
	[HEURISTIC] = { "VIRUS_HEURISTIC", "malware", 3000, "ClamAV's heuristics find a file or a link suspicious.", ACTION_NONE },
	[PHISHING] = { "VIRUS_PHISHING", "malware", 6000, "A file is phishing by a signature of ClamAV's own databases.", ACTION_NONE },
	[ENCRYPTED] = { "VIRUS_ENCRYPTED", "malware", 1500, "A file is encrypted: what is in it was not scanned for viruses.", ACTION_NONE },
	[LIMITS] = { "VIRUS_LIMITS", "malware", 500, "Something in a file is beyond the limits and was not scanned for viruses.", ACTION_NONE },
	[UNAVAILABLE] = { "ANTIVIRUS_UNAVAILABLE", "policy", 0, "A file was not scanned for viruses: the signatures are being read or cannot be used, or there was no time.", ACTION_DEFER },
	[ERROR] = { "ANTIVIRUS_ERROR", "policy", 0, "A file cannot be scanned for viruses: it ends or hangs who tries.", ACTION_DEFER },
	[NO_DATABASE] = { "ANTIVIRUS_NO_DATABASE", "policy", 0, "A file was not scanned for viruses: no signatures are configured or found.", ACTION_NONE },
};

static enum action action_of(int chosen)
{
	static const enum action actions[] = {
		[ANTIVIRUS_DELIVER] = ACTION_NONE, [ANTIVIRUS_DEFER] = ACTION_DEFER, [ANTIVIRUS_DISCARD] = ACTION_DISCARD, [ANTIVIRUS_HOLD] = ACTION_HOLD,
		[ANTIVIRUS_REJECT] = ACTION_REJECT,
	};

	return actions[chosen];
}

static enum action force(const void *cfg, unsigned sym)
{
	const struct antivirus_settings *set = cfg;

	switch (sym) {
	case VIRUS:
		return action_of(set->action);
	case UNAVAILABLE:
		return action_of(set->on_unavailable);
	case ERROR:
		return action_of(set->on_error);
	default:
		return symbols[sym].force;
	}
}

/* What a name says about its signature. The weaker word counts: nobody's guess refuses mail. */
static unsigned kind_of(struct span name)
{
	if (span_starts(name, SPAN_LIT("Heuristics.Encrypted.")))
		return ENCRYPTED;
	if (span_starts(name, SPAN_LIT("Heuristics.Limits.")))
		return LIMITS;
	if (span_starts(name, SPAN_LIT("Heuristics.")))
		return HEURISTIC;
	if (span_starts(name, SPAN_LIT("PUA.")))
		return PUA;
	if (span_ends(name, SPAN_LIT(".UNOFFICIAL")))
		return UNOFFICIAL;
	if (span_starts(name, SPAN_LIT("Phishing.")) || span_has(name, SPAN_LIT(".Phishing.")))
		return PHISHING;
	return VIRUS;
}

struct found {
	bool seen[SYMBOLS];
	struct span evidence[SYMBOLS];
};

/* The first of each kind tells: two files with the same virus are not twice the evidence. */
static void add(struct found *f, unsigned sym, struct span evidence)
{
	if (!f->seen[sym])
		f->evidence[sym] = evidence;
	f->seen[sym] = true;
}

struct virus_state {
	struct virus_names names;
	bool configured; /* signatures, or an external scanner */
};

static void weigh(struct found *f, const struct virus_state *s, const struct inspection *i)
{
	const struct inspect_answer *a = &i->answer;
	struct span label = inspection_label(i);

	for (size_t n = 0; n < a->nnames; n++) {
		if (virus_name_find(&s->names, a->names[n]) == NULL)
			add(f, kind_of(a->names[n]), a->names[n]);
	}
	if ((a->flags & INSPECT_LIMITS) != 0)
		add(f, LIMITS, label);
	if (a->status == INSPECT_ERROR)
		add(f, ERROR, label);
	else if (a->status == INSPECT_UNAVAILABLE)
		add(f, s->configured ? UNAVAILABLE : NO_DATABASE, label); /* without an inspector nothing is missed where there are no signatures */
	else if (a->status == INSPECT_NOT_SCANNED && (i->flags & INSPECT_VIRUSES) != 0)
		add(f, NO_DATABASE, label);
}

static bool init(const struct engine *e, struct arena *arena, const void *cfg, void **state_r, struct err *err_r)
{
	const struct antivirus_settings *set = cfg;
	struct virus_state *s = ARENA_NEW(arena, struct virus_state);

	(void)e;
	s->configured = set->databases.n + set->clamd.n != 0;
	*state_r = s;
	return virus_names_parse(arena, &set->names, &s->names, err_r);
}

static void run(struct task *t, const void *state)
{
	const struct inspection_list *list = inspection_of(t);
	struct found f = { .seen = { false } };

	if (list == NULL)
		return;
	for (size_t i = 0; i < list->n; i++)
		weigh(&f, state, &list->v[i]);
	/* What was found is certain; that another file was not scanned is no reason to see it once more. */
	if (f.seen[VIRUS])
		f.seen[UNAVAILABLE] = f.seen[ERROR] = false;
	for (unsigned s = 0; s < SYMBOLS; s++) {
		if (f.seen[s])
			hit_add(t, s, f.evidence[s]);
	}
}

static const char *const after[] = { "inspection", NULL };

const struct check check_virus = {
	.name = "virus", .stages = STAGE_MESSAGE, .after = after, .symbols = symbols, .nsymbols = SYMBOLS, .set = &antivirus_setting_set, .force = force,
	.init = init, .run = run,
};
