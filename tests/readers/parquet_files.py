"""Reads an output folder with DuckDB and PyArrow and holds both against the contract.

    python3 parquet_files.py OUT EXPORT.jsonl

OUT is what a scan wrote; EXPORT.jsonl what `phiscan export --to jsonl` printed of
it. Checks types (no unsigned, INT96 or nanosecond column), sizes, rows and
SHA-256 as the commits list them, the order of rows, the partition of each row,
and that the findings are the exported ones. Prints what was checked; any
difference is an error.
"""

import hashlib
import json
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

TABLES = ["findings", "coverage", "attestations", "runs"]

# The types of the contract, by the columns that it names with one.
MS = pa.timestamp("ms", tz="UTC")
PLACE = pa.struct([pa.field(n, pa.string(), nullable=False) for n in ("service", "element", "verdict", "policy_id", "condition_state")])
FINDINGS = {
    "schema_version": pa.int32(), "finding_id": pa.string(), "run_id": pa.string(), "file": pa.string(),
    "scope_token": pa.string(), "event_time": MS, "last_modified": MS, "detected_at": MS,
    "time_suspect": pa.bool_(), "account_id": pa.string(), "region": pa.string(), "source": pa.string(),
    "service": pa.string(), "element": pa.string(), "verdict": pa.string(), "policy_id": pa.string(),
    "basis": pa.string(), "citation": pa.string(), "condition": pa.string(), "condition_state": pa.string(),
    "also": pa.list_(pa.field("element", PLACE, nullable=False)),
    "resource": pa.string(), "unit": pa.string(), "unit_token": pa.string(), "locator": pa.string(),
    "byte_start": pa.int64(), "byte_end": pa.int64(), "encoding": pa.string(), "detector": pa.string(),
    "detector_version": pa.string(), "class": pa.string(), "subject": pa.string(),
    "other_classes": pa.list_(pa.field("element", pa.string(), nullable=False)),
    "contains": pa.list_(pa.field("element", pa.string(), nullable=False)),
    "safe_harbor": pa.int32(), "confidence": pa.float64(), "severity": pa.string(), "checksum": pa.string(),
    "cue_kind": pa.string(), "reserved": pa.bool_(), "suppressed": pa.bool_(), "evidence": pa.string(),
    "token": pa.string(), "token_key_id": pa.string(), "producer": pa.string(), "remedy": pa.string(),
    "occurrences": pa.int64(),
    # Behind the contract's columns: who suppressed the finding, why, and until when.
    "suppressed_by": pa.string(), "suppressed_reason": pa.string(), "suppressed_until": pa.string(),
}
COVERAGE = {
    "schema_version": pa.int32(), "run_id": pa.string(), "account_id": pa.string(), "region": pa.string(),
    "file": pa.string(), "scope_token": pa.string(), "unit_token": pa.string(), "unit_kind": pa.string(),
    "unit": pa.string(), "units_in_row": pa.int64(), "source": pa.string(), "service": pa.string(),
    "elements_read": pa.list_(pa.field("element", pa.string(), nullable=False)),
    "elements_missed": pa.list_(pa.field("element", pa.string(), nullable=False)),
    "outcome": pa.string(), "reason": pa.string(), "bytes_read": pa.int64(), "bytes_decoded": pa.int64(),
    "records": pa.int64(), "findings": pa.int64(), "started_at": MS, "ended_at": MS, "etag": pa.string(),
    "version": pa.string(),
}
# What all tables carry; unit_token not in `runs`.
COMMON = ("schema_version", "run_id", "account_id", "region", "file", "scope_token")
DUCKDB = {
    pa.int32(): "INTEGER", pa.int64(): "BIGINT", pa.float64(): "DOUBLE", pa.bool_(): "BOOLEAN",
    pa.string(): "VARCHAR", MS: "TIMESTAMP WITH TIME ZONE", FINDINGS["contains"]: "VARCHAR[]",
    FINDINGS["also"]: "STRUCT(service VARCHAR, element VARCHAR, verdict VARCHAR, policy_id VARCHAR, condition_state VARCHAR)[]",
}


def check(truth, *about):
    if not truth:
        sys.exit(" ".join(str(word) for word in ("differs:", *about)))


def physical(path):
    """Types as they stand in the file's own footer."""
    metadata = pq.read_metadata(path)
    schema = metadata.schema
    for number in range(len(schema)):
        column = schema.column(number)
        logical = json.loads(column.logical_type.to_json())
        check(column.physical_type != "INT96", path, column.path, "is INT96")
        check(logical.get("isSigned", True), path, column.path, "is unsigned")
        check(logical.get("timeUnit", "milliseconds") == "milliseconds", path, column.path, logical)
        check(logical.get("isAdjustedToUTC", True), path, column.path, logical)
        if column.physical_type == "BYTE_ARRAY":
            check(logical["Type"] == "String", path, column.path, "is binary")
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            check(metadata.row_group(group).column(column).compression == "ZSTD", path, "is not ZSTD")


def order(table):
    keys = ["account_id", "region", "event_time", "finding_id"]
    rows = list(zip(*(table.column(key).to_pylist() for key in keys)))
    return rows == sorted(rows)


def main(out, export):
    files = {str(p.relative_to(out)): p for name in TABLES for p in sorted((out / name).glob("event_day=*/*.parquet"))}
    check(files, "no files")
    listed = {}
    for name, path in files.items():
        physical(path)
        table = pq.read_table(path, partitioning=None)
        check(set(table.column("file").to_pylist()) <= {name}, name, "column file")
        if name.startswith("runs/"):
            for row in table.to_pylist():
                listed.update({file["path"]: file for file in row["files"]})
        check(set(COMMON) <= set(table.schema.names), name, "common columns", table.schema.names)
        check("event_day" not in table.schema.names, name, "event_day is in the file")
        if name.startswith("coverage/"):
            check({f.name: f.type for f in table.schema} == COVERAGE, name, "schema", table.schema)
        if name.startswith("findings/"):
            check({f.name: f.type for f in table.schema} == FINDINGS, name, "schema", table.schema)
            check(order(table), name, "order of rows")
            days = set(pc.strftime(table.column("event_time"), format="%Y%m%d").to_pylist())
            check(days == {name.split("=")[1][:8]}, name, "days", days)
    for name, file in listed.items():
        content = files[name].read_bytes()
        check(file["bytes"] == len(content), name, "size")
        check(file["sha256"] == hashlib.sha256(content).hexdigest(), name, "SHA-256")
        check(file["row_count"] == pq.read_metadata(files[name]).num_rows, name, "rows")

    connection = duckdb.connect()
    connection.execute("SET TimeZone='UTC'")
    glob = str(out / "findings" / "event_day=*" / "*.parquet")
    if not list((out / "findings").glob("event_day=*/*.parquet")):
        print(f"{len(files)} files, no findings: types, sizes and hashes as listed")
        return
    source = f"read_parquet('{glob}', hive_partitioning=true, hive_types={{'event_day': VARCHAR}})"
    types = {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    check(types.pop("event_day") == "VARCHAR", "event_day")
    for name, kind in FINDINGS.items():
        got = types.pop(name).replace('"', "")
        check(got == DUCKDB[kind], "DuckDB:", name, got)
    check(not types, "DuckDB: more columns", types)

    count = connection.execute(f"SELECT count(*) FROM {source}").fetchone()[0]
    partition = ds.partitioning(pa.schema([("event_day", pa.string())]), flavor="hive")
    arrow = ds.dataset(out / "findings", format="parquet", partitioning=partition).to_table()
    check(arrow.num_rows == count, "DuckDB and PyArrow count differently")

    # The rows themselves: those of the newest run against the export.
    columns = [c for c in FINDINGS if pa.types.is_string(FINDINGS[c]) or c in ("byte_start", "byte_end", "confidence", "occurrences")]
    exported = [json.loads(line) for line in export.read_text().splitlines()]
    wanted = {(row["finding_id"], row["file"]): row for row in exported}
    for engine, rows in (
        ("PyArrow", arrow.select(columns).to_pylist()),
        ("DuckDB", connection.execute(f"SELECT {','.join(chr(34) + c + chr(34) for c in columns)} FROM {source}").fetchall()),
    ):
        rows = [row if isinstance(row, dict) else dict(zip(columns, row)) for row in rows]
        seen = 0
        for row in rows:
            other = wanted.get((row["finding_id"], row["file"]))
            if other is None or other.get("unit_token") != row["unit_token"] or other.get("byte_start") != row["byte_start"]:
                continue
            seen += 1
            for column in columns:
                check(row[column] == other.get(column), engine, column, row["finding_id"])
        check(seen == len(wanted), engine, "found", seen, "of", len(wanted), "exported rows")
    print(f"{len(files)} files, {count} findings, {len(wanted)} exported: DuckDB {duckdb.__version__} and PyArrow {pa.__version__} agree")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
