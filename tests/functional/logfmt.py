"""Reader of Winnow's log lines: key=value pairs, values quoted where needed."""
import re

_PAIR = re.compile(r'([A-Za-z_][\w.-]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))(?: |$)')
_RCPT = re.compile(r"(?:^|,)(?P<address>.*?):(?P<action>[a-z]+):(?P<score>-?\d+\.\d{3})"
                   r"(?::would=(?P<would>[a-z]+)/(?P<why>[a-z_]+))?(?::to=(?P<to>[^,]*))?(?=,|$)")
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


def _recipients(fields):
    return _RCPT.finditer(fields.get("rcpt", ""))


def recipients(fields):
    """The rcpt field of a scan line: {address: (action, score)}."""
    return {match["address"]: (match["action"], float(match["score"])) for match in _recipients(fields)}


def fallen(fields):
    """What the recipients of a scan line would have got, and why they did not: {address: (action, reason)}."""
    return {match["address"]: (match["would"], match["why"]) for match in _recipients(fields) if match["would"]}


def moved(fields):
    """Recipients of a scan line whose mail goes elsewhere: {address: address}."""
    return {match["address"]: match["to"] for match in _recipients(fields) if match["to"]}
