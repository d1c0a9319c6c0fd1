"""Teaches rspamd's Bayes 250 spam and 250 ham of the SpamAssassin corpus through its controller.

Usage: teach_bayes.py CONTROL-PORT CORPUS-FOLDER
"""
import http.client
import json
import pathlib
import sys

WANTED = 250
NEEDED = 200  # rspamd's min_learns


def teach(port: int, verb: str, files: list[pathlib.Path]) -> int:
    learned = 0
    for path in files:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/" + verb, path.read_bytes(), {"Password": "q1"})
        reply = connection.getresponse()
        reply.read()
        connection.close()
        learned += reply.status == 200
        if learned == WANTED:
            break
    return learned


def main() -> int:
    port, corpus = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    spam = sorted(corpus.glob("spam-*/*.txt"))
    ham = sorted(corpus.glob("*-ham-*/*.txt"))
    # Evenly over the corpus, so that one folder's style does not decide.
    counts = {verb: teach(port, verb, files[:: max(1, len(files) // (2 * WANTED))])
              for verb, files in (("learnspam", spam), ("learnham", ham))}
    print("peers: bayes", json.dumps(counts))
    return 0 if min(counts.values()) >= NEEDED else 1


if __name__ == "__main__":
    sys.exit(main())
