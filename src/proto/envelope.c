#include "proto/envelope.h"

struct span envelope_address(struct span raw)
{
	struct span s = span_trim(raw);
	size_t at;

	if (span_starts(s, SPAN_LIT("<"))) {
		s = span_from(s, 1);
		if (span_ends(s, SPAN_LIT(">")))
			s = span_sub(s, 0, s.len - 1);
		s = span_trim(s);
	}
	/* "@relay1,@relay2:user@domain" */
	if (span_starts(s, SPAN_LIT("@")) && (at = span_chr(s, ':')) != SPAN_NPOS)
		s = span_from(s, at + 1);
	return s;
}

struct span envelope_client_name(struct span name)
{
	if (span_case_eq(name, SPAN_LIT("unknown")) || span_starts(name, SPAN_LIT("[")))
		return SPAN_NONE;
	return name;
}
