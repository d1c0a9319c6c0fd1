#include "checks/script.h"

#include "base/ascii.h"
#include "base/utf8.h"

#define MIXED_MAX 1000

struct script_range {
	uint32_t first, last;
	enum script script;
};

/* Ascending. Han, Kana, Hangul and the Indic scripts are "other" as one. */
static const struct script_range ranges[] = {
	{ 0x0041, 0x005a, SCRIPT_LATIN }, { 0x0061, 0x007a, SCRIPT_LATIN }, { 0x00aa, 0x00aa, SCRIPT_LATIN }, { 0x00ba, 0x00ba, SCRIPT_LATIN },
	{ 0x00c0, 0x00d6, SCRIPT_LATIN }, { 0x00d8, 0x00f6, SCRIPT_LATIN }, { 0x00f8, 0x02af, SCRIPT_LATIN }, { 0x0370, 0x03ff, SCRIPT_GREEK },
	{ 0x0400, 0x052f, SCRIPT_CYRILLIC }, { 0x0531, 0x058a, SCRIPT_ARMENIAN }, { 0x05d0, 0x0dff, SCRIPT_OTHER }, { 0x0e01, 0x10ff, SCRIPT_OTHER },
	{ 0x1100, 0x139f, SCRIPT_OTHER }, { 0x13a0, 0x13ff, SCRIPT_CHEROKEE }, { 0x1400, 0x1c7f, SCRIPT_OTHER }, { 0x1c80, 0x1c8f, SCRIPT_CYRILLIC },
	{ 0x1d00, 0x1d25, SCRIPT_LATIN }, { 0x1d26, 0x1d2a, SCRIPT_GREEK }, { 0x1d2c, 0x1d5c, SCRIPT_LATIN }, { 0x1d6b, 0x1dbf, SCRIPT_LATIN },
	{ 0x1e00, 0x1eff, SCRIPT_LATIN }, { 0x1f00, 0x1fff, SCRIPT_GREEK }, { 0x2100, 0x214f, SCRIPT_STYLED }, { 0x2160, 0x2188, SCRIPT_LATIN },
	{ 0x24b6, 0x24e9, SCRIPT_STYLED }, { 0x2c60, 0x2c7f, SCRIPT_LATIN }, { 0x2de0, 0x2dff, SCRIPT_CYRILLIC }, { 0x2e80, 0xa63f, SCRIPT_OTHER },
	{ 0xa640, 0xa69f, SCRIPT_CYRILLIC }, { 0xa720, 0xa7ff, SCRIPT_LATIN }, { 0xa800, 0xab2f, SCRIPT_OTHER }, { 0xab30, 0xab6f, SCRIPT_LATIN },
	{ 0xab70, 0xabbf, SCRIPT_CHEROKEE }, { 0xabc0, 0xd7ff, SCRIPT_OTHER }, { 0xf900, 0xfaff, SCRIPT_OTHER }, { 0xfb00, 0xfb06, SCRIPT_LATIN },
	{ 0xfb1d, 0xfdff, SCRIPT_OTHER }, { 0xfe70, 0xfefc, SCRIPT_OTHER }, { 0xff21, 0xff3a, SCRIPT_LATIN }, { 0xff41, 0xff5a, SCRIPT_LATIN },
	{ 0xff66, 0xffdc, SCRIPT_OTHER }, { 0x10000, 0x1cfff, SCRIPT_OTHER }, { 0x1d400, 0x1d7ff, SCRIPT_STYLED }, { 0x1e800, 0x1efff, SCRIPT_OTHER },
	{ 0x1f130, 0x1f149, SCRIPT_STYLED }, { 0x1f150, 0x1f169, SCRIPT_STYLED }, { 0x1f170, 0x1f189, SCRIPT_STYLED }, { 0x20000, 0x3ffff, SCRIPT_OTHER },
};

struct look_alike {
	uint32_t cp;
	char ascii;
};

/* Ascending. Letters outside of Latin-1, Latin Extended-A and the styled alphabets, which are computed. */
static const struct look_alike look_alikes[] = {
	{ 0x0180, 'b' }, { 0x0186, 'c' }, { 0x0189, 'd' }, { 0x0192, 'f' }, { 0x0197, 'i' }, { 0x01bf, 'p' }, { 0x01c0, 'l' }, { 0x01cd, 'a' },
	{ 0x01ce, 'a' }, { 0x01cf, 'i' }, { 0x01d0, 'i' }, { 0x01d1, 'o' }, { 0x01d2, 'o' }, { 0x01d3, 'u' }, { 0x01d4, 'u' }, { 0x01e6, 'g' },
	{ 0x01e7, 'g' }, { 0x0218, 's' }, { 0x0219, 's' }, { 0x021a, 't' }, { 0x021b, 't' }, { 0x0237, 'j' }, { 0x0250, 'a' }, { 0x0251, 'a' },
	{ 0x0253, 'b' }, { 0x0256, 'd' }, { 0x0257, 'd' }, { 0x025b, 'e' }, { 0x0261, 'g' }, { 0x0262, 'g' }, { 0x0266, 'h' }, { 0x0268, 'i' },
	{ 0x0269, 'i' }, { 0x026a, 'i' }, { 0x026f, 'w' }, { 0x0274, 'n' }, { 0x0280, 'r' }, { 0x028b, 'u' }, { 0x028f, 'y' }, { 0x0299, 'b' },
	{ 0x029c, 'h' }, { 0x029f, 'l' }, { 0x037f, 'j' }, { 0x0386, 'a' }, { 0x0388, 'e' }, { 0x0389, 'h' }, { 0x038a, 'i' }, { 0x038c, 'o' },
	{ 0x038e, 'y' }, { 0x0391, 'a' }, { 0x0392, 'b' }, { 0x0395, 'e' }, { 0x0396, 'z' }, { 0x0397, 'h' }, { 0x0399, 'i' }, { 0x039a, 'k' },
	{ 0x039c, 'm' }, { 0x039d, 'n' }, { 0x039f, 'o' }, { 0x03a1, 'p' }, { 0x03a4, 't' }, { 0x03a5, 'y' }, { 0x03a7, 'x' }, { 0x03ac, 'a' },
	{ 0x03b1, 'a' }, { 0x03b5, 'e' }, { 0x03b9, 'i' }, { 0x03ba, 'k' }, { 0x03bd, 'v' }, { 0x03bf, 'o' }, { 0x03c1, 'p' }, { 0x03c3, 'o' },
	{ 0x03c4, 't' }, { 0x03c5, 'u' }, { 0x03c7, 'x' }, { 0x03c9, 'w' }, { 0x03cc, 'o' }, { 0x03f2, 'c' }, { 0x03f3, 'j' }, { 0x03f9, 'c' },
	{ 0x0401, 'e' }, { 0x0405, 's' }, { 0x0406, 'i' }, { 0x0407, 'i' }, { 0x0408, 'j' }, { 0x0410, 'a' }, { 0x0412, 'b' }, { 0x0415, 'e' },
	{ 0x041a, 'k' }, { 0x041c, 'm' }, { 0x041d, 'h' }, { 0x041e, 'o' }, { 0x0420, 'p' }, { 0x0421, 'c' }, { 0x0422, 't' }, { 0x0423, 'y' },
	{ 0x0425, 'x' }, { 0x0430, 'a' }, { 0x0433, 'r' }, { 0x0435, 'e' }, { 0x043a, 'k' }, { 0x043c, 'm' }, { 0x043d, 'h' }, { 0x043e, 'o' },
	{ 0x0440, 'p' }, { 0x0441, 'c' }, { 0x0442, 't' }, { 0x0443, 'y' }, { 0x0445, 'x' }, { 0x044c, 'b' }, { 0x0451, 'e' }, { 0x0455, 's' },
	{ 0x0456, 'i' }, { 0x0457, 'i' }, { 0x0458, 'j' }, { 0x045b, 'h' }, { 0x0474, 'v' }, { 0x0475, 'v' }, { 0x04ae, 'y' }, { 0x04af, 'y' },
	{ 0x04ba, 'h' }, { 0x04bb, 'h' }, { 0x04bd, 'e' }, { 0x04c0, 'l' }, { 0x04cf, 'l' }, { 0x0501, 'd' }, { 0x050c, 'g' }, { 0x051b, 'q' },
	{ 0x051d, 'w' }, { 0x054d, 'u' }, { 0x0555, 'o' }, { 0x0561, 'w' }, { 0x0563, 'q' }, { 0x0566, 'q' }, { 0x0570, 'h' }, { 0x0578, 'n' },
	{ 0x057c, 'n' }, { 0x057d, 'u' }, { 0x0581, 'g' }, { 0x0585, 'o' }, { 0x13a0, 'd' }, { 0x13a1, 'r' }, { 0x13a2, 't' }, { 0x13a5, 'i' },
	{ 0x13aa, 'a' }, { 0x13ab, 'j' }, { 0x13ac, 'e' }, { 0x13b3, 'w' }, { 0x13b7, 'm' }, { 0x13bb, 'h' }, { 0x13c0, 'g' }, { 0x13c3, 'z' },
	{ 0x13d4, 'w' }, { 0x13d9, 'v' }, { 0x13da, 's' }, { 0x13de, 'l' }, { 0x13df, 'c' }, { 0x13e2, 'p' }, { 0x13e6, 'k' }, { 0x13f3, 'g' },
	{ 0x13f4, 'b' }, { 0x1d00, 'a' }, { 0x1d04, 'c' }, { 0x1d05, 'd' }, { 0x1d07, 'e' }, { 0x1d0a, 'j' }, { 0x1d0b, 'k' }, { 0x1d0d, 'm' },
	{ 0x1d0f, 'o' }, { 0x1d18, 'p' }, { 0x1d1b, 't' }, { 0x1d1c, 'u' }, { 0x1d20, 'v' }, { 0x1d21, 'w' }, { 0x1d22, 'z' }, { 0x1e9e, 's' },
	{ 0x2010, 0 }, { 0x210a, 'g' }, { 0x210b, 'h' }, { 0x210c, 'h' }, { 0x210e, 'h' }, { 0x2110, 'i' }, { 0x2112, 'l' }, { 0x2113, 'l' },
	{ 0x2115, 'n' }, { 0x2118, 'p' }, { 0x2119, 'p' }, { 0x211a, 'q' }, { 0x211b, 'r' }, { 0x211d, 'r' }, { 0x2124, 'z' }, { 0x212a, 'k' },
	{ 0x212c, 'b' }, { 0x212f, 'e' }, { 0x2130, 'e' }, { 0x2131, 'f' }, { 0x2133, 'm' }, { 0x2134, 'o' }, { 0x2139, 'i' }, { 0x2160, 'i' },
	{ 0x2164, 'v' }, { 0x2169, 'x' }, { 0x216c, 'l' }, { 0x216d, 'c' }, { 0x216e, 'd' }, { 0x216f, 'm' }, { 0x2170, 'i' }, { 0x2174, 'v' },
	{ 0x2179, 'x' }, { 0x217c, 'l' }, { 0x217d, 'c' }, { 0x217e, 'd' }, { 0x217f, 'm' }, { 0xa731, 's' },
};

/* U+00C0 to U+017F without their accents; '.' stands for what looks like no letter. */
static const char latin_base[] =
	"aaaaaaaceeeeiiiidnooooo.ouuuuypsaaaaaaaceeeeiiiidnooooo.ouuuuypy"
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
	"lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

enum script script_of(uint32_t cp)
{
	size_t low = 0, high = sizeof(ranges) / sizeof(ranges[0]);

	if (cp < 0x80)
		return ascii_isalpha((char)cp) ? SCRIPT_LATIN : SCRIPT_COMMON;
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (cp > ranges[mid].last)
			low = mid + 1;
		else if (cp < ranges[mid].first)
			high = mid;
		else
			return ranges[mid].script;
	}
	return SCRIPT_COMMON;
}

bool script_invisible(uint32_t cp)
{
	return cp == 0xad || cp == 0x034f || cp == 0x061c || cp == 0x115f || cp == 0x1160 || cp == 0x17b4 || cp == 0x17b5 ||
	       (cp >= 0x180b && cp <= 0x180e) || (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e) ||
	       (cp >= 0x2060 && cp <= 0x206f) || cp == 0x3164 || (cp >= 0xfe00 && cp <= 0xfe0f) || cp == 0xfeff || cp == 0xffa0 ||
	       (cp >= 0xe0000 && cp <= 0xe0fff);
}

/* Mathematical alphabets run A-Z a-z in turn, then Greek, then digits; enclosed ones A-Z alone. */
static char fold_styled(uint32_t cp)
{
	if (cp >= 0x1d400 && cp <= 0x1d6a3) {
		uint32_t place = (cp - 0x1d400) % 52;

		return (char)('a' + place % 26);
	}
	if (cp >= 0x1d7ce && cp <= 0x1d7ff)
		return (char)('0' + (cp - 0x1d7ce) % 10);
	if (cp >= 0x24b6 && cp <= 0x24e9)
		return (char)('a' + (cp - 0x24b6) % 26);
	if (cp >= 0x1f130 && cp <= 0x1f149)
		return (char)('a' + (cp - 0x1f130));
	if (cp >= 0x1f150 && cp <= 0x1f169)
		return (char)('a' + (cp - 0x1f150));
	if (cp >= 0x1f170 && cp <= 0x1f189)
		return (char)('a' + (cp - 0x1f170));
	return 0;
}

static char fold_listed(uint32_t cp)
{
	size_t low = 0, high = sizeof(look_alikes) / sizeof(look_alikes[0]);

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (look_alikes[mid].cp < cp)
			low = mid + 1;
		else if (look_alikes[mid].cp > cp)
			high = mid;
		else
			return look_alikes[mid].ascii;
	}
	return 0;
}

char script_fold(uint32_t cp)
{
	if (cp < 0x80)
		return (char)(ascii_isalnum((char)cp) ? ascii_tolower((char)cp) : 0);
	if (cp >= 0xc0 && cp <= 0x17f)
		return (char)(latin_base[cp - 0xc0] == '.' ? 0 : latin_base[cp - 0xc0]);
	if (script_invisible(cp) || (cp >= 0x0300 && cp <= 0x036f))
		return SCRIPT_SKIP;
	if (cp >= 0xff10 && cp <= 0xff19)
		return (char)('0' + (cp - 0xff10));
	if (cp >= 0xff21 && cp <= 0xff3a)
		return (char)('a' + (cp - 0xff21));
	if (cp >= 0xff41 && cp <= 0xff5a)
		return (char)('a' + (cp - 0xff41));
	if (cp >= 0x1d400 || (cp >= 0x24b6 && cp <= 0x24e9))
		return fold_styled(cp);
	return fold_listed(cp);
}

/* Letters of one word so far. */
struct word_scripts {
	size_t begin;
	bool inside, latin, other, alike;
};

static void word_add(struct word_scripts *w, uint32_t cp, enum script script)
{
	if (script == SCRIPT_LATIN) {
		w->latin = true;
	} else if (script != SCRIPT_OTHER) {
		w->other = true;
		if (script_fold(cp) > SCRIPT_SKIP)
			w->alike = true;
	}
}

bool script_mixed_word(struct span text, struct span *word_r)
{
	struct word_scripts w = { 0 };
	size_t taken = 1, at = 0;

	*word_r = SPAN_NONE;
	if (text.len > MIXED_MAX)
		text.len = MIXED_MAX;
	if (utf8_ascii_len(text) == text.len)
		return false;
	for (; at <= text.len; at += taken) {
		uint32_t cp = at < text.len ? utf8_next(span_from(text, at), &taken) : ' ';
		enum script script = script_of(cp);

		/* Trade marks, ordinals and units ("№", "℃", "K") are no disguise. */
		if (cp >= 0x2100 && cp <= 0x214f)
			script = SCRIPT_COMMON;
		if (script != SCRIPT_COMMON) {
			if (!w.inside)
				w = (struct word_scripts){ .begin = at, .inside = true };
			word_add(&w, cp, script);
		} else if (w.inside && !script_invisible(cp) && !(cp >= 0x0300 && cp <= 0x036f)) {
			if (w.latin && w.other && w.alike) {
				*word_r = span_sub(text, w.begin, at - w.begin);
				return true;
			}
			w.inside = false;
		}
		if (at == text.len)
			break;
	}
	return false;
}

bool script_tables_sorted(void)
{
	for (size_t i = 1; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (ranges[i].first <= ranges[i - 1].last || ranges[i].last < ranges[i].first)
			return false;
	}
	for (size_t i = 1; i < sizeof(look_alikes) / sizeof(look_alikes[0]); i++) {
		if (look_alikes[i].cp <= look_alikes[i - 1].cp)
			return false;
	}
	return true;
}
