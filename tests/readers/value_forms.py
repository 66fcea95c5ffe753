"""Prints the forms in which a value must not appear anywhere.

    python3 value_forms.py VALUES.json

VALUES.json is a list of lists: the spellings of each planted value, as planted and normalised.
One line each, as JSON: `[number of the value, form, bytes in hex]`. `piece` is a stretch of eight
characters that only this value has; `crc-32` counts where no hex digit stands beside it.
"""

import base64
import hashlib
import json
import sys
import urllib.parse
import zlib
from collections import Counter

PIECE = 8


def forms(spelling):
    raw = spelling.encode()
    yield "whole", raw
    yield "reversed", raw[::-1]
    yield "hex", raw.hex().encode()
    for offset in range(3):
        # What three offsets have in common are the characters that no neighbour touches.
        encoded = base64.b64encode(b"\0" * offset + raw).rstrip(b"=")
        first = [0, 2, 3][offset]
        whole = (offset + len(raw)) // 3 * 4
        yield "base64", encoded[first:whole]
        yield "base64", encoded[first:whole].replace(b"+", b"-").replace(b"/", b"_")
    yield "percent", urllib.parse.quote(spelling, safe="").encode()
    yield "percent", urllib.parse.quote_plus(spelling, safe="").encode()
    yield "percent", "".join(f"%{byte:02X}" for byte in raw).encode()
    yield "utf-16le", spelling.encode("utf-16-le")
    yield "utf-16be", spelling.encode("utf-16-be")
    for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256):
        name = digest().name
        yield name, digest(raw).hexdigest().encode()
        yield name, digest(raw).digest()
        yield name, base64.b64encode(digest(raw).digest()).rstrip(b"=")
    check = zlib.crc32(raw)
    yield "crc-32", f"{check:08x}".encode()
    if check > 10**8:
        yield "crc-32", str(check).encode()


def main():
    values = json.load(open(sys.argv[1]))
    # What several values share (a city, a mail domain, a year) points at none of them.
    shared = Counter()
    for spellings in values:
        pieces = {s.lower()[at : at + PIECE] for s in spellings for at in range(len(s) - PIECE + 1)}
        shared.update(pieces)
    for number, spellings in enumerate(values):
        seen = set()
        for spelling in spellings:
            for form, pattern in forms(spelling):
                if len(pattern) >= PIECE and (form, pattern) not in seen:
                    seen.add((form, pattern))
                    print(json.dumps([number, form, pattern.hex()]))
            for at in range(len(spelling) - PIECE + 1):
                piece = spelling[at : at + PIECE]
                # In a value with digits it is they that point at someone: words are street suffixes.
                telling = not any(c.isdigit() for c in spelling) or any(c.isdigit() for c in piece)
                if telling and shared[piece.lower()] == 1 and ("piece", piece) not in seen:
                    seen.add(("piece", piece))
                    print(json.dumps([number, "piece", piece.encode().hex()]))


if __name__ == "__main__":
    main()
