/* Domains of identities and names to ask for (RFC 7208, 4.3). */
#include <idn2.h>

#include "auth/spf_private.h"
#include "base/ascii.h"

bool spf_name_valid(struct span name)
{
	size_t label = 0;

	if (name.len == 0 || name.len > DNS_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (name.p[i] != '.') {
			if (++label > 63)
				return false;
			continue;
		}
		if (label == 0)
			return false;
		label = 0;
	}
	return label != 0;
}

/* Letters, digits, hyphens and underscores; two labels at least; not an IPv4 address. */
static bool is_host(struct span name)
{
	size_t dot = span_rchr(name, '.');
	bool letter = false;

	if (dot == SPAN_NPOS || !spf_name_valid(name))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (!ascii_isalnum(name.p[i]) && name.p[i] != '.' && name.p[i] != '-' && name.p[i] != '_')
			return false;
		letter = letter || (i > dot && !ascii_isdigit(name.p[i]));
	}
	return letter;
}

static bool to_ascii(struct arena *arena, struct span name, struct span *domain_r)
{
	uint8_t *ascii = NULL;

	if (name.len > (size_t)4 * DNS_NAME_MAX || memchr(name.p, '\0', name.len) != NULL)
		return false;
	if (idn2_lookup_u8((const uint8_t *)arena_str(arena, name), &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return false;
	*domain_r = arena_copy(arena, span_of((const char *)ascii));
	idn2_free(ascii);
	return true;
}

bool spf_domain_read(struct arena *arena, struct span name, struct span *domain_r)
{
	bool upper = false, ascii = true;
	char *copy;

	if (name.len != 0 && name.p[name.len - 1] == '.')
		name.len--;
	for (size_t i = 0; i < name.len; i++) {
		ascii = ascii && (uint8_t)name.p[i] < 128;
		upper = upper || ascii_isupper(name.p[i]);
	}
	if (!ascii && !to_ascii(arena, name, &name))
		return false;
	if (!is_host(name))
		return false;
	if (ascii && upper) {
		copy = arena_bytes(arena, name.len);
		for (size_t i = 0; i < name.len; i++)
			copy[i] = ascii_tolower(name.p[i]);
		name.p = copy;
	}
	*domain_r = name;
	return true;
}
