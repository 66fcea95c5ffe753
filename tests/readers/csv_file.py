"""Reads an exported CSV file with Python and DuckDB and holds it against the exported JSON lines.

    python3 csv_file.py EXPORT.csv EXPORT.jsonl

Both are of the same output, in the same order. The bytes must be UTF-8 without a byte order mark,
in lines that end with CR LF. No cell may begin in a way that a spreadsheet computes, whatever
blanks stand before; taking one apostrophe off the front must give the value back. Numbers, times
and flags must be what they are: DuckDB has to find their types by itself.
"""

import csv
import io
import json
import sys
import unicodedata
from pathlib import Path

import duckdb

LISTS = ("also", "other_classes", "contains")


def check(truth, *about):
    if not truth:
        sys.exit(" ".join(str(word) for word in ("differs:", *about)))


def computed(cell):
    """Whether a spreadsheet may take the cell for a formula."""
    if cell[:1] in ("\t", "\r", "\n"):
        return True
    visible = next((c for c in cell if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf")), "")
    return unicodedata.normalize("NFKC", visible)[:1] in ("=", "+", "-", "@")


def cell(name, value):
    """What the cell of a value is."""
    if value is None or (name in LISTS and not value):
        return ""
    if name in LISTS:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def main(path, export):
    raw = path.read_bytes()
    text = raw.decode("utf-8")
    check(not raw.startswith(b"\xef\xbb\xbf"), "byte order mark")
    check(raw.endswith(b"\r\n") and raw.count(b"\n") == raw.count(b"\r\n"), "line ends")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    head, rows = rows[0], rows[1:]
    wanted = [json.loads(line) for line in export.read_text().splitlines()]
    check(len(rows) == len(wanted), len(rows), "rows of", len(wanted))
    check(set().union(*wanted) <= set(head), "columns", set().union(*wanted) - set(head))
    marked = 0
    for row, source in zip(rows, wanted):
        check(len(row) == len(head), "a row of", len(row), "cells")
        for name, got in zip(head, row):
            check(not computed(got), source["finding_id"], name, "could be computed")
            expected = cell(name, source.get(name))
            if got.startswith("'"):
                marked += 1
                got = got[1:]
                check(computed(got) or got.startswith("'") or got[:1] < " ", name, "is marked without need")
            if isinstance(expected, list):
                got = json.loads(got)
            elif isinstance(expected, float):
                got = float(got)
            elif isinstance(expected, int):
                got = int(got)
            elif name in ("event_time", "detected_at", "last_modified") and expected:
                # Moments with and without milliseconds are the same.
                got, expected = (moment.removesuffix("Z").removesuffix(".000") for moment in (got, expected))
            check(got == expected, source["finding_id"], name, "is not what the other export says")
    # Nothing and empty text differ in the bytes.
    check(b',"",' in raw and b",," in raw, "empty text and nothing")

    connection = duckdb.connect()
    connection.execute("SET TimeZone='UTC'")
    source = f"read_csv('{path}', header=true, quote='\"', escape='\"')"
    types = {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    for name, kind in {
        "schema_version": "BIGINT", "byte_start": "BIGINT", "byte_end": "BIGINT", "occurrences": "BIGINT", "safe_harbor": "BIGINT",
        "confidence": "DOUBLE", "reserved": "BOOLEAN", "suppressed": "BOOLEAN", "finding_id": "VARCHAR",
    }.items():
        check(types[name] == kind, "DuckDB takes", name, "for", types[name])
    check(types["event_time"].startswith("TIMESTAMP"), "DuckDB takes event_time for", types["event_time"])
    ids = [row[0] for row in connection.execute(f"SELECT finding_id FROM {source}").fetchall()]
    check(sorted(ids) == sorted(row["finding_id"] for row in wanted), "DuckDB reads other rows")
    print(json.dumps({"rows": len(rows), "columns": len(head), "marked": marked}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
