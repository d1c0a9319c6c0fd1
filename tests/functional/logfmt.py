"""Reader of Winnow's log lines: key=value pairs, values quoted where needed."""
import re

_PAIR = re.compile(r'([A-Za-z_][\w.-]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))(?: |$)')
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|.)")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}


def _unescape(match):
    what = match.group(1)
    if what[0] == "x" and len(what) == 3:
        return chr(int(what[1:], 16))
    return _PLAIN.get(what, what)


def parse(line):
    """A dict of the line's pairs; None where the line is no logfmt at all."""
    line = line.rstrip("\n")
    fields, at = {}, 0
    while at < len(line):
        match = _PAIR.match(line, at)
        if match is None:
            return None
        quoted, bare = match.group(2), match.group(3)
        fields[match.group(1)] = _ESCAPE.sub(_unescape, quoted) if quoted is not None else bare
        at = match.end()
    return fields or None


def recipients(fields):
    """The rcpt field of a scan line: {address: (action, score)}."""
    return {address: (action, float(score)) for address, action, score in
            re.findall(r"(?:^|,)(.*?):([a-z]+):(-?\d+\.\d{3})(?=,|$)", fields.get("rcpt", ""))}
