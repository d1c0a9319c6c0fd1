#include "mail/fact.h"

static const struct {
	const char *name, *doc;
} rows[FACT_N] = {
#define X(name, doc) { #name, doc },
	FACT_TABLE(X)
#undef X
};

const char *fact_name(enum fact f)
{
	return rows[f].name;
}

const char *fact_doc(enum fact f)
{
	return rows[f].doc;
}
