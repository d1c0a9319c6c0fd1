#!/usr/bin/env python3
"""Writes html_names_slots.h (from the tables of html_names.h) and html_entity_table.h (the entities of HTML 5)."""
import html.entities
import pathlib
import random
import re

HERE = pathlib.Path(__file__).parent
MASK = (1 << 64) - 1


def key(name):
    # The first eight bytes, the length and the last byte: "background-color" and "background-image" need the last.
    return int.from_bytes(name[:8].encode(), "little") + (len(name) << 32) + (ord(name[-1]) << 16) & MASK


def slots(names, bits):
    rnd = random.Random(1)
    assert len({key(n) for n in names}) == len(names)
    while True:
        mult = rnd.getrandbits(64) | 1
        table = {}
        for i, name in enumerate(names):
            at = (key(name) * mult & MASK) >> (64 - bits)
            if at in table:
                break
            table[at] = i + 1
        else:
            return mult, table


def write_names():
    text = (HERE / "html_names.h").read_text()
    out = ["/* Made by html_names.py. Where a name's hash leads: its number, 0: to none. */"]
    for kind, bits in (("TAG", 10), ("ATTR", 7), ("PROP", 8)):
        body = re.search(r"#define HTML_%s_TABLE\(X\)(.*?)\n\n" % kind, text, re.S).group(1)
        names = re.findall(r'X\(\w+, "([^"]+)"', body)
        mult, table = slots(names, bits)
        low = kind.lower()
        out.append(f"#define {kind}_BITS {bits}")
        out.append(f"#define {kind}_MULTIPLIER 0x{mult:016x}u")
        out.append(f"static const uint8_t {low}_slots[1 << {kind}_BITS] = {{")
        row = "\t"
        for at, number in sorted(table.items()):
            item = f"[{at}] = {number}, "
            if len(row) + len(item) > 130:
                out.append(row.rstrip())
                row = "\t"
            row += item
        out += [row.rstrip(), "};"]
    (HERE / "html_names_slots.h").write_text("\n".join(out) + "\n")


def write_entities():
    legacy = {n for n in html.entities.html5 if not n.endswith(";")}
    out = ["/*", " * Made by html_names.py: the named character references of HTML 5 in the order of their bytes.",
           " * X(name, first code point, second or 0, 1 when the semicolon may be missing)", " */", "#define HTML_ENTITY_TABLE(X) \\"]
    row = "\t"
    for name in sorted(n[:-1] for n in html.entities.html5 if n.endswith(";")):
        full = name + ";"
        text = html.entities.html5[full]
        if len(text.encode()) > len(name) + 2 - (name in legacy):
            text = text[0]  # nGt and nLt lose their stroke, so that decoding never makes text longer
        assert len(text) <= 2 and len(text.encode()) <= len(name) + 2 - (name in legacy), full
        assert len(text) == 1 or ord(text[1]) < 65536
        second = f"0x{ord(text[1]):x}" if len(text) == 2 else "0"
        item = f"X({name}, 0x{ord(text[0]):x}, {second}, {int(name in legacy)}) "
        if len(row) + len(item) > 140:
            out.append(row + "\\")
            row = "\t"
        row += item
    out.append(row.rstrip())
    (HERE / "html_entity_table.h").write_text("\n".join(out) + "\n")


write_names()
write_entities()
