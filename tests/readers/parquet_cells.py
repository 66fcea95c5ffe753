"""Prints all that can be read in the Parquet files below a folder, for a search of raw values.

    python3 parquet_cells.py FOLDER

One line each, as JSON: `[file, column, [cell, …]]` with the different cells of a column as text
(structs and lists opened), and `[file, "", [text, …]]` with what the footer says: schema,
key-value metadata, smallest and largest values.
"""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def cells(column):
    """All scalars of a column as text, whatever it is made of."""
    if isinstance(column, pa.ChunkedArray):
        for chunk in column.chunks:
            yield from cells(chunk)
    elif pa.types.is_struct(column.type):
        for part in column.flatten():
            yield from cells(part)
    elif pa.types.is_list(column.type):
        yield from cells(column.flatten())
    else:
        for value in column.unique().to_pylist():
            if value is not None:
                yield str(value)


def footer(path):
    parquet = pq.ParquetFile(path)
    yield str(parquet.schema_arrow)
    for key, value in (parquet.metadata.metadata or {}).items():
        yield key.decode("latin-1")
        yield value.decode("latin-1")
    yield str(parquet.metadata.created_by)
    for group in range(parquet.metadata.num_row_groups):
        for column in range(parquet.metadata.num_columns):
            known = parquet.metadata.row_group(group).column(column)
            yield known.path_in_schema
            if known.statistics is not None and known.statistics.has_min_max:
                yield str(known.statistics.min)
                yield str(known.statistics.max)


def main():
    root = Path(sys.argv[1])
    for path in sorted(root.rglob("*.parquet")):
        name = str(path.relative_to(root))
        table = pq.read_table(path, partitioning=None)
        for column in table.column_names:
            print(json.dumps([name, column, sorted(set(cells(table[column])))]))
        print(json.dumps([name, "", sorted(set(footer(path)))]))


if __name__ == "__main__":
    main()
