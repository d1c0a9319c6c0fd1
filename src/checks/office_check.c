/* Office documents and RTF: what runs or loads by itself when they are opened. */
#include "checks/contained.h"

enum { MACRO, AUTOEXEC, SUSPICIOUS, XLM, DDE, EXTERNAL, ENCRYPTED, OBJECT_FILE, OBJECT_UPDATE, EQUATION };

static const struct symbol symbols[] = {
	[MACRO] = { "OFFICE_MACRO", "content", 1000, "A document holds macros.", ACTION_NONE },
	[AUTOEXEC] = { "OFFICE_MACRO_AUTOEXEC", "content", 2000, "A document holds macros that run when it is opened or closed.", ACTION_NONE },
	[SUSPICIOUS] = { "OFFICE_MACRO_SUSPICIOUS", "content", 2000, "A document's macros start programs, load files or hide strings.", ACTION_NONE },
	[XLM] = { "OFFICE_XLM_MACRO", "content", 3000, "A spreadsheet holds Excel 4.0 macro sheets.", ACTION_NONE },
	[DDE] = { "OFFICE_DDE", "content", 4000, "A document or table starts programs by DDE.", ACTION_NONE },
	[EXTERNAL] = { "OFFICE_EXTERNAL_TEMPLATE", "content", 3000, "A document loads a template, frame or object from another machine when it is opened.", ACTION_NONE },
	[ENCRYPTED] = { "OFFICE_ENCRYPTED", "content", 1000, "A document is encrypted.", ACTION_NONE },
	[OBJECT_FILE] = { "OFFICE_OBJECT_FILE", "content", 1500, "A document holds a file that opens on a double click (OLE package).", ACTION_NONE },
	[OBJECT_UPDATE] = { "RTF_OBJECT_UPDATE", "content", 4000, "An RTF file loads an object without a click.", ACTION_NONE },
	[EQUATION] = { "RTF_EQUATION", "content", 4000, "An RTF file holds an object of the old equation editor.", ACTION_NONE },
};

static const struct contained_symbol facts[] = {
	{ MACRO, CONTENT_OFFICE_MACRO }, { AUTOEXEC, CONTENT_OFFICE_MACRO_AUTOEXEC }, { SUSPICIOUS, CONTENT_OFFICE_MACRO_SUSPICIOUS }, { XLM, CONTENT_OFFICE_XLM_MACRO },
	{ DDE, CONTENT_OFFICE_DDE }, { EXTERNAL, CONTENT_OFFICE_EXTERNAL_TEMPLATE }, { ENCRYPTED, CONTENT_OFFICE_ENCRYPTED }, { OBJECT_FILE, CONTENT_OFFICE_OBJECT_FILE },
	{ OBJECT_UPDATE, CONTENT_RTF_OBJECT_UPDATE }, { EQUATION, CONTENT_RTF_EQUATION },
};

static void run(struct task *t, const void *state)
{
	(void)state;
	contained_hit_facts(t, facts, sizeof(facts) / sizeof(facts[0]));
}

const struct check check_office = {
	.name = "office", .stages = STAGE_MESSAGE, .after = contained_after, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
