/* Character classes of ASCII, independent of the locale; one table look-up each. Bytes above 127 belong to no class. */
#ifndef WINNOW_BASE_ASCII_H
#define WINNOW_BASE_ASCII_H

#include <stdbool.h>
#include <stdint.h>

enum {
	ASCII_SPACE = 1,   /* SP HT LF VT FF CR */
	ASCII_DIGIT = 2,
	ASCII_UPPER = 4,
	ASCII_LOWER = 8,
	ASCII_XDIGIT = 16,
	ASCII_ATEXT = 32,  /* RFC 5322, 3.2.3 */
	ASCII_TOKEN = 64,  /* RFC 2045, 5.1 */
	ASCII_FTEXT = 128, /* RFC 5322, 3.6.8: a byte of a field name */
};

extern const uint8_t ascii_class[256];
extern const uint8_t ascii_lower[256];

static inline bool ascii_is(char c, unsigned cls)
{
	return (ascii_class[(uint8_t)c] & cls) != 0;
}

static inline bool ascii_isspace(char c) { return ascii_is(c, ASCII_SPACE); }
static inline bool ascii_isdigit(char c) { return ascii_is(c, ASCII_DIGIT); }
static inline bool ascii_isupper(char c) { return ascii_is(c, ASCII_UPPER); }
static inline bool ascii_islower(char c) { return ascii_is(c, ASCII_LOWER); }
static inline bool ascii_isalpha(char c) { return ascii_is(c, ASCII_UPPER | ASCII_LOWER); }
static inline bool ascii_isalnum(char c) { return ascii_is(c, ASCII_UPPER | ASCII_LOWER | ASCII_DIGIT); }
static inline bool ascii_isxdigit(char c) { return ascii_is(c, ASCII_XDIGIT); }
static inline char ascii_tolower(char c) { return (char)ascii_lower[(uint8_t)c]; }

/* The value of a hexadecimal digit, -1 for any other byte. */
static inline int ascii_xvalue(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
