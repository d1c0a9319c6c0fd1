#!/usr/bin/env python3
"""Writes fold_table.h: what each character becomes in the plain form of text (fold.h).

Sources: the decompositions of Python's unicodedata for letters with marks and for styled forms; below, by hand in the spirit of UTS 39, the letters of
other scripts that look like Latin ones and what Unicode does not decompose.
"""
import pathlib
import unicodedata

HERE = pathlib.Path(__file__).parent

# Latin letters and signs that have no decomposition, or none to ASCII.
LATIN = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "ǽ": "ae", "Ǽ": "AE", "ǣ": "ae", "Ǣ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ǿ": "o", "Ǿ": "O",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ł": "l", "Ł": "L", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T", "ı": "i", "ȷ": "j",
    "ŋ": "n", "Ŋ": "N", "ĸ": "k", "ſ": "s", "ŉ": "n", "ƀ": "b", "Ɓ": "B", "Ƃ": "B", "ƃ": "b", "Ɔ": "O", "Ƈ": "C", "ƈ": "c", "Ɖ": "D", "Ɗ": "D", "Ƌ": "D",
    "ƌ": "d", "Ǝ": "E", "Ə": "E", "Ɛ": "E", "Ƒ": "F", "ƒ": "f", "Ɠ": "G", "ƕ": "hv", "Ɩ": "I", "Ɨ": "I", "Ƙ": "K", "ƙ": "k", "ƚ": "l", "Ɯ": "M", "Ɲ": "N",
    "ƞ": "n", "Ɵ": "O", "Ƣ": "OI", "ƣ": "oi", "Ƥ": "P", "ƥ": "p", "ƫ": "t", "Ƭ": "T", "ƭ": "t", "Ʈ": "T", "Ʊ": "U", "Ʋ": "V", "Ƴ": "Y", "ƴ": "y", "Ƶ": "Z",
    "ƶ": "z", "Ȼ": "C", "ȼ": "c", "Ƚ": "L", "Ⱦ": "T", "ȿ": "s", "ɀ": "z", "Ƀ": "B", "Ʉ": "U", "Ʌ": "A", "Ɇ": "E", "ɇ": "e", "Ɉ": "J", "ɉ": "j", "Ɋ": "Q",
    "ɋ": "q", "Ɍ": "R", "ɍ": "r", "Ɏ": "Y", "ɏ": "y", "Ⱥ": "A", "ⱥ": "a", "ⱦ": "t", "ȴ": "l", "ȵ": "n", "ȶ": "t", "ȡ": "d", "Ȥ": "Z", "ȥ": "z", "Ȣ": "O",
    "ȣ": "o", "Ɐ": "A", "Ⱨ": "H", "ⱨ": "h", "Ⱪ": "K", "ⱪ": "k", "Ⱬ": "Z", "ⱬ": "z", "Ɑ": "A", "Ɱ": "M", "ⱱ": "v", "Ⱳ": "W", "ⱳ": "w", "ⱴ": "v", "ꜰ": "f", "ꜱ": "s",
    "ɐ": "a", "ɑ": "a", "ɒ": "a", "ɓ": "b", "ɔ": "o", "ɕ": "c", "ɖ": "d", "ɗ": "d", "ɘ": "e", "ə": "e", "ɚ": "e", "ɛ": "e", "ɜ": "e", "ɟ": "j", "ɠ": "g", "ɡ": "g",
    "ɢ": "G", "ɣ": "y", "ɥ": "h", "ɦ": "h", "ɧ": "h", "ɨ": "i", "ɩ": "i", "ɪ": "i", "ɫ": "l", "ɬ": "l", "ɭ": "l", "ɯ": "m", "ɰ": "m", "ɱ": "m", "ɲ": "n", "ɳ": "n",
    "ɴ": "n", "ɵ": "o", "ɶ": "oe", "ɹ": "r", "ɺ": "r", "ɻ": "r", "ɼ": "r", "ɽ": "r", "ɾ": "r", "ʀ": "r", "ʁ": "r", "ʂ": "s", "ʃ": "s", "ʄ": "j", "ʇ": "t", "ʈ": "t",
    "ʉ": "u", "ʊ": "u", "ʋ": "v", "ʌ": "v", "ʍ": "w", "ʎ": "y", "ʏ": "y", "ʐ": "z", "ʑ": "z", "ʙ": "b", "ʛ": "g", "ʜ": "h", "ʝ": "j", "ʞ": "k", "ʟ": "l", "ʠ": "q",
    "ᴀ": "a", "ᴁ": "ae", "ᴃ": "b", "ᴄ": "c", "ᴅ": "d", "ᴆ": "d", "ᴇ": "e", "ᴈ": "e", "ᴉ": "i", "ᴊ": "j", "ᴋ": "k", "ᴌ": "l", "ᴍ": "m", "ᴎ": "n", "ᴏ": "o", "ᴐ": "o",
    "ᴑ": "o", "ᴓ": "o", "ᴔ": "oe", "ᴘ": "p", "ᴙ": "r", "ᴚ": "r", "ᴛ": "t", "ᴜ": "u", "ᴝ": "u", "ᴟ": "m", "ᴠ": "v", "ᴡ": "w", "ᴢ": "z", "ᵫ": "ue", "ᵬ": "b", "ᵭ": "d",
    "ᵮ": "f", "ᵯ": "m", "ᵰ": "n", "ᵱ": "p", "ᵲ": "r", "ᵳ": "r", "ᵴ": "s", "ᵵ": "t", "ᵶ": "z", "ᵹ": "g", "ᵻ": "i", "ᵽ": "p", "ᵾ": "u", "ᶀ": "b", "ᶁ": "d", "ᶂ": "f",
    "ᶃ": "g", "ᶄ": "k", "ᶅ": "l", "ᶆ": "m", "ᶇ": "n", "ᶈ": "p", "ᶉ": "r", "ᶊ": "s", "ᶌ": "v", "ᶍ": "x", "ᶎ": "z", "ᶏ": "a", "ᶑ": "d", "ᶒ": "e", "ᶖ": "i", "ᶙ": "u",
    "ꞎ": "l", "ꞑ": "n", "Ꞑ": "N", "ꞓ": "c", "Ꞡ": "G", "ꞡ": "g", "Ꞣ": "K", "ꞣ": "k", "Ꞥ": "N", "ꞥ": "n", "Ꞧ": "R", "ꞧ": "r", "Ꞩ": "S", "ꞩ": "s", "Ꝁ": "K", "ꝁ": "k",
    "Ꝃ": "K", "ꝃ": "k", "Ꝋ": "O", "ꝋ": "o", "Ꝍ": "O", "ꝍ": "o", "Ꝑ": "P", "ꝑ": "p", "Ꝗ": "Q", "ꝗ": "q", "Ꝩ": "V", "ꝩ": "v", "Ꝛ": "R", "ꝛ": "r", "ꟼ": "F", "ꟽ": "P",
    "Ꜳ": "AA", "ꜳ": "aa", "Ꜵ": "AO", "ꜵ": "ao", "Ꜷ": "AU", "ꜷ": "au", "Ꜹ": "AV", "ꜹ": "av", "Ꝏ": "OO", "ꝏ": "oo", "ꬰ": "a", "ꬲ": "e", "ꬽ": "o", "ꭎ": "u", "ꭒ": "u",
    # signs
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "‵": "'", "ʼ": "'", "ʹ": "'", "ʻ": "'", "ˈ": "'", "´": "'", "‹": "<", "›": ">", "“": '"', "”": '"', "„": '"',
    "‟": '"', "″": '"', "‶": '"', "«": '"', "»": '"', "〝": '"', "〞": '"', "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "⁃": "-", "﹘": "-",
    "⸺": "-", "⸻": "-", "‧": "*", "•": "*", "∙": "*", "◦": "*", "▪": "*", "▫": "*", "●": "*", "○": "*", "■": "*", "□": "*", "·": "*", "‣": "*", "⁌": "*", "⁍": "*",
    "∗": "*", "⁎": "*", "⁄": "/", "∕": "/", "∶": ":", "꞉": ":", "ː": ":", "。": ".", "．": ".", "｡": ".", "․": ".", "⋅": "*", "…": "...", "∼": "~", "˜": "~", "❘": "|", "│": "|",
    "ⓞ": "o", "🅭": "c", "℮": "e", "₿": "B",
}
# Letters of other scripts that look like Latin ones: the letter, then what it looks like. They change only in words that are Latin otherwise.
LOOK_ALIKES = """
АA ВB ЕE ЅS ІI ЈJ КK МM НH ОO РP СC ТT УY ХX ҮY Һh ԌG ԚQ ԜW ѴV ӀI ԀD ҒF ҚK ҠK ҢH ӉH ҪC ҬT ҰY ҲX ЗE ЬB ѠW ԐE
аa вb еe ѕs іi јj кk мm нh оo рp сc тt уy хx үy һh ԁd ԍg ԛq ԝw ѵv ӏl ғf қk ҡk ңh ӊh ҫc ҭt ұy ҳx ђh ћh єe зe ьb ѡw ԑe
ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC ϜF ϺM
αa βb γy εe ηn ιi κk νv οo ρp σo τt υu χx ωw ϲc ϳj ϝf μu ςc
ՍU ՏS ՕO ԼL ՅJ ԶQ հh ոn սu օo ցg զq յj ռn ղn քp ձa գq ւi եt վu
ᎠD ᎡR ᎢT ᎥI ᎩY ᎪA ᎫJ ᎬE ᎳW ᎵP ᎷM ᎻH ᎽY ᏀG ᏂH ᏃZ ᏎL ᏏB ᏒR ᏔW ᏕS ᏙV ᏚS ᏞL ᏟC ᏢP ᏦK ᏧJ ᏩG ᏪW ᏮG ᏴB ᏻG
"""


def fold_one(c):
    """The ASCII form by decomposition, or None."""
    if c in LATIN:
        return LATIN[c]
    flat = "".join(x for x in unicodedata.normalize("NFKD", c) if not unicodedata.combining(x))
    flat = "".join(LATIN.get(x, x) for x in flat)
    return flat if flat and flat.isascii() and flat.isprintable() and " " not in flat else None


INVISIBLE = {0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, 0x180E}
VISIBLE_FORMATS = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}


def look_alikes():
    return {pair[0]: pair[1:] for pair in LOOK_ALIKES.split() if len(pair) > 1}


def enclosed():
    """Negative circled and squared letters have no decomposition."""
    for first in (0x1F150, 0x1F170):
        for i in range(26):
            yield chr(first + i), chr(ord("A") + i)


def base(c):
    """A letter of any script without its marks, by canonical decomposition alone."""
    flat = "".join(x for x in unicodedata.normalize("NFD", c) if unicodedata.category(x) not in ("Mn", "Me"))
    return flat or c


def value(cp, looks, pool):
    c = chr(cp)
    category = unicodedata.category(c)
    if cp in (0x85, 0x2028, 0x2029):
        return 3
    if category == "Zs" or cp == 0x2800:
        return 2
    if category in ("Mn", "Me") or cp in INVISIBLE or 0xE0000 <= cp < 0xE0080 or category == "Cf" and cp not in VISIBLE_FORMATS and not 0x13430 <= cp < 0x13460:
        return 1
    letter = category[0] == "L" or category == "Nd"
    plain = base(c)
    if plain in looks:
        return pool.offset(looks[plain], plain) | 0x8000
    ascii_form = fold_one(c)
    if ascii_form is not None:
        return pool.offset(ascii_form, None) | (0x4000 if letter or ascii_form.isalpha() else 0)
    if 0xAC00 <= cp < 0xD7A4 or plain == c:
        return 4 if letter else 0
    known = value(ord(plain), looks, pool) if len(plain) == 1 else 0
    return known if known not in (0, 4) else pool.offset(plain, None)


class Pool:
    """Length and bytes of each form; behind those of a look-alike, the form it has in words of its own script."""

    def __init__(self):
        self.data, self.known = bytearray(b"........"), {}

    def offset(self, form, own):
        if (form, own) not in self.known:
            self.known[form, own] = len(self.data)
            for text in (form, own):
                if text is not None:
                    raw = text.encode()
                    self.data += bytes([len(raw)]) + raw
            assert len(self.data) < 0x4000
        return self.known[form, own]


def rows(values, per_row):
    return ["\t" + " ".join(f"{v}," for v in values[i:i + per_row]) for i in range(0, len(values), per_row)]


def main():
    looks, pool = look_alikes(), Pool()
    LATIN.update(enclosed())
    pages, index = {}, []
    for first in range(0, 0x110000, 128):
        page = []
        for cp in range(first, first + 128):
            v = 0 if cp < 128 or 0xD800 <= cp < 0xE000 else value(cp, looks, pool)
            form = v & 0x3FFF
            assert form < 8 or pool.data[form] <= 3 * len(chr(cp).encode()), hex(cp)
            page.append(v)
        index.append(pages.setdefault(tuple(page), len(pages)))
    assert len(pages) < 256
    while index and index[-1] == index[-2]:
        index.pop()
    out = ["/* Made by fold_table.py from Unicode " + unicodedata.unidata_version + ". */",
           "enum { FOLD_KEEP, FOLD_DROP, FOLD_BLANK, FOLD_LINE, FOLD_LETTER, FOLD_FORM = 8, FOLD_LATIN = 0x4000, FOLD_LOOK = 0x8000 };",
           f"#define FOLD_PAGES {len(index)} /* behind the last one, all are like it */",
           "static const uint8_t fold_page[FOLD_PAGES] = {", *rows(index, 40), "};",
           "static const uint16_t fold_value[][128] = {"]
    for page in pages:
        out += ["\t{", *rows(page, 24), "\t},"]
    out += ["};", "/* Length and bytes of forms; of a look-alike, also the form in its own script. */",
            "static const uint8_t fold_forms[] = {", *rows(list(pool.data), 40), "};"]
    (HERE / "fold_table.h").write_text("\n".join(out) + "\n")


main()
