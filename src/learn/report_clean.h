/*
 * A reported mail as it was scanned: what was added on the way from the scan to the report is taken off, so that what is learned is what was judged.
 * Pure; linear; one copy of the message at most.
 *
 * Taken off, from the header section alone:
 *  - what we wrote: X-Winnow*, X-Spam, X-Spam-* (incoming ones were removed at the scan), wherever they stand;
 *  - what delivery writes on top: Return-Path, Delivered-To, X-Original-To, Envelope-To and the like; below X-Winnow-ID they were there at the scan, and stay;
 *  - what mailboxes and mail programs write: Status, X-UID, X-Mozilla-*, X-Zimbra-*, X-Evolution*, X-Gmail-Labels, X-MS-Exchange-Organization-*, what scanners on
 *    the reader's computer write, and the like (table in the source);
 *  - trace lines of hops behind the scan: all Received lines above X-Winnow-ID where that stands on top of the fields of the sender; else those at
 *    the top of the section that our own hosts or LMTP wrote;
 *  - our mark at the front of the Subject;
 *  - "From " and ">From " lines and empty lines before the section.
 */
#ifndef WINNOW_LEARN_REPORT_CLEAN_H
#define WINNOW_LEARN_REPORT_CLEAN_H

#include "base/setting.h"

#define REPORT_CLEAN_IDS 4

struct report_clean_options {
	struct span_list prefixes;  /* all marks of subjects that the configuration has, UTF-8 */
	struct span_list own_hosts; /* names, or suffixes with a dot in front, in "by" */
};

struct report_cleaned {
	struct span bytes;                 /* the mail; points into the input when nothing was to do, else into the arena */
	struct span ids[REPORT_CLEAN_IDS]; /* values of X-Winnow-ID fields, from the top */
	size_t nids;
	unsigned removed;                  /* fields */
	bool marked;                       /* the Subject had our mark */
};

void report_clean(struct arena *, struct span raw, const struct report_clean_options *, struct report_cleaned *cleaned_r);

#endif
