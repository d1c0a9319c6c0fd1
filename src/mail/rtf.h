/*
 * RTF bodies of Outlook: compressed RTF (MS-OXRTFCP), and the text or HTML in it (MS-OXRTFEX: HTML enclosed in RTF is given back). Pure; linear;
 * bounded by "max" bytes of output. Objects and pictures are passed over.
 */
#ifndef WINNOW_MAIL_RTF_H
#define WINNOW_MAIL_RTF_H

#include "base/buf.h"

/* False when it is no compressed RTF; damage behind the header gives what was readable. */
bool rtf_decompress(struct arena *, struct span compressed, size_t max, struct span *rtf_r);

struct rtf_text {
	bool is_html;      /* the RTF encloses HTML (\fromhtml) */
	struct span text;  /* UTF-8: the HTML, or the text as it is shown */
};

void rtf_read(struct arena *, struct span rtf, size_t max, struct rtf_text *text_r);

#endif
