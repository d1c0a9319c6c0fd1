/* What the checks do with names, host names and words: brands, look-alikes, punycode. */
#include "checks/brands.h"
#include "checks/freemail.h"
#include "checks/punycode.h"
#include "checks/script.h"
#include "checks/sender.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_make((const char *)data, size), word;
	struct brand_match matches[4];
	const struct brand *brand;
	uint32_t cps[PUNYCODE_MAX];
	size_t n = brand_find(text, matches, 4), dot = span_chr(text, '.');

	for (size_t i = 0; i < n; i++) {
		if (matches[i].word.p < text.p || span_end(matches[i].word) > span_end(text))
			__builtin_trap();
	}
	if (punycode_decode(text, cps) > PUNYCODE_MAX)
		__builtin_trap();
	script_mixed_word(text, &word);
	brand_in_host(text, text, &brand);
	if (dot != SPAN_NPOS)
		brand_in_host(text, span_from(text, dot + 1), &brand);
	freemail_is(text);
	sender_randomness(text);
	sender_domain_plausible(text);
	return 0;
}
