#!/usr/bin/env python3
"""The house rules that a machine can check: layers, banned calls, file and function sizes, no private paths.

Layers are read from CMakeLists.txt (WINNOW_LAYERS): a file in src/<layer>/ may include headers of its own layer and of those to the left.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BANNED = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|alloca|gets)\s*\(")
LONGEST_FILE = 800
LONGEST_FUNCTION = 80


def layers():
    text = (ROOT / "CMakeLists.txt").read_text()
    return re.search(r"set\(WINNOW_LAYERS ([a-z ]+)\)", text).group(1).split()


def without_comments(text):
    keep_lines = lambda m: "\n" * m.group(0).count("\n")
    text = re.sub(r"/\*.*?\*/", keep_lines, text, flags=re.S)
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)


def includes(path, text, order):
    """Problems of the include lines of one file, and its edges between headers."""
    layer = path.parent.name if path.parent.name in order else None
    for number, line in enumerate(text.splitlines(), 1):
        m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not m or layer is None:
            continue
        target = m.group(1).split("/")[0]
        if "/" in m.group(1) and target not in order:
            yield f"{path}:{number}: includes {m.group(1)}, which is in no layer"
        elif target in order and order.index(target) > order.index(layer):
            yield f"{path}:{number}: {layer} must not include {m.group(1)}: {target} stands to its right"


def functions(code):
    """(first line, lines) of each function body: a brace in column one opens it, as the style has it."""
    start = None
    for number, line in enumerate(code.splitlines(), 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start is not None:
            yield start, number - start + 1
            start = None


def header_cycle(order):
    edges = {}
    for path in (ROOT / "src").rglob("*.h"):
        name = str(path.relative_to(ROOT / "src"))
        edges[name] = re.findall(r'#\s*include\s+"([^"]+)"', path.read_text())
    state = {}

    def visit(name, trail):
        if state.get(name) == 2 or name not in edges:
            return None
        if state.get(name) == 1:
            return " > ".join(trail + [name])
        state[name] = 1
        for target in edges[name]:
            cycle = visit(target, trail + [name])
            if cycle:
                return cycle
        state[name] = 2
        return None

    for name in edges:
        cycle = visit(name, [])
        if cycle:
            yield f"include cycle: {cycle}"


def check(path, order):
    text = path.read_text()
    code = without_comments(text)
    yield from includes(path.relative_to(ROOT), text, order)
    for number, line in enumerate(code.splitlines(), 1):
        if BANNED.search(line):
            yield f"{path.relative_to(ROOT)}:{number}: banned call: {line.strip()}"
    if text.count("\n") > LONGEST_FILE and not path.name.endswith("_table.h"): # those are data
        yield f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines; {LONGEST_FILE} are the most"
    if path.suffix == ".c":
        for start, length in functions(code):
            if length > LONGEST_FUNCTION:
                yield f"{path.relative_to(ROOT)}:{start}: a function of {length} lines; {LONGEST_FUNCTION} are the most"


def main():
    order = layers()
    problems = list(header_cycle(order))
    for path in sorted((ROOT / "src").rglob("*.[ch]")):
        problems += check(path, order)
    print("\n".join(problems) if problems else "structure: nothing to object to")
    return 1 if problems else 0


sys.exit(main())
