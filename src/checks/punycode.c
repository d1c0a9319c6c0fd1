#include "checks/punycode.h"

#include "base/ascii.h"

/* Parameters of RFC 3492, 5. */
enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, INITIAL_BIAS = 72, INITIAL_N = 128 };

static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / DAMP : delta / 2;
	delta += delta / points;
	for (; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
		delta /= BASE - TMIN;
	return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

static uint32_t digit(char c)
{
	if (ascii_isdigit(c))
		return (uint32_t)(c - '0') + 26;
	if (ascii_isalpha(c))
		return (uint32_t)(ascii_tolower(c) - 'a');
	return BASE;
}

/* One generalised variable-length integer off the front of *rest_r, added to *i_r. Labels are short, so that 64 bits cannot overflow before the check. */
static bool read_delta(struct span *rest_r, uint32_t bias, uint64_t *i_r)
{
	uint64_t weight = 1;

	for (uint32_t k = BASE;; k += BASE) {
		uint32_t threshold = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
		uint32_t d;

		if (rest_r->len == 0)
			return false;
		d = digit(rest_r->p[0]);
		*rest_r = span_from(*rest_r, 1);
		if (d >= BASE)
			return false;
		*i_r += d * weight;
		if (*i_r > UINT32_MAX || weight > UINT32_MAX)
			return false;
		if (d < threshold)
			return true;
		weight *= BASE - threshold;
	}
}

size_t punycode_decode(struct span label, uint32_t v[static PUNYCODE_MAX])
{
	struct span rest = span_from(label, 4);
	size_t dash, n = 0;
	uint64_t i = 0, cp = INITIAL_N;
	uint32_t bias = INITIAL_BIAS;

	if (!span_case_starts(label, SPAN_LIT("xn--")) || label.len > PUNYCODE_MAX || rest.len == 0)
		return 0;
	dash = span_rchr(rest, '-');
	if (dash != SPAN_NPOS) {
		for (; n < dash; n++)
			v[n] = (uint8_t)ascii_tolower(rest.p[n]);
		rest = span_from(rest, dash + 1);
	}
	while (rest.len != 0) {
		uint64_t old = i;

		if (n == PUNYCODE_MAX || !read_delta(&rest, bias, &i))
			return 0;
		bias = adapt((uint32_t)(i - old), (uint32_t)n + 1, old == 0);
		cp += i / (n + 1);
		i %= n + 1;
		if (cp > 0x10ffff)
			return 0;
		memmove(v + i + 1, v + i, (n - i) * sizeof(v[0]));
		v[i++] = (uint32_t)cp;
		n++;
	}
	return n;
}
