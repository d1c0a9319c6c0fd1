/*
 * A pattern in the syntax of vectorscan (hs_compile_multi with HS_FLAG_DOTALL and HS_FLAG_MULTILINE, in bytes) that matches wherever the pattern itself matches, also when the text is
 * one line of many that are joined with '\n'. It may match elsewhere too.
 *
 * Look-around is left out, back references and recursion become ".*", possessive and lazy repeats plain ones. '^', '\A' become '^'; '$', '\Z', '\z' become '$' where what
 * stands before cannot end in '\n' (behind a line end, the next line may follow), else nothing. Classes are written as PCRE2 understands them.
 */
#ifndef WINNOW_MATCH_PREFILTER_SYNTAX_H
#define WINNOW_MATCH_PREFILTER_SYNTAX_H

#include "base/buf.h"
#include "match/regex.h"

/* COUNTED: repeats as they are written, for reading (match/required.h). BOUNDED: what vectorscan compiles in reasonable time. COARSE: without upper bounds of repeats, for patterns that are too large otherwise. */
enum prefilter_form { FORM_COUNTED, FORM_BOUNDED, FORM_COARSE };

/* anchors false: without any. caseless_r: whether it is to be compiled with HS_FLAG_CASELESS. False: there is no such form. */
bool prefilter_translate(const struct regex *, unsigned flags, bool anchors, enum prefilter_form, struct buf *out, bool *caseless_r);

#endif
