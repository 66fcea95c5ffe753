"""Runs the saved queries, as printed for Athena, in DuckDB, and compares their rows.

    python3 saved_queries.py DDL.sql VIEWS.sql OUT QUERIES.json

QUERIES.json is a list of `[name, what phiscan athena queries printed, rows]`, the rows as `phiscan
query` printed them. Every statement must parse in sqlglot's athena dialect, use only views that
there are and columns that these have, and give the same rows in the same order when DuckDB runs its
translation over the same files. Prints the number of rows of each.
"""

import datetime
import decimal
import json
import sys
from pathlib import Path

import athena_sql
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify


def plain(value):
    """A value as the other engine's JSON has it."""
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime.datetime):
        moment = value.astimezone(datetime.timezone.utc)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
    return value


def moment(value):
    """Whole seconds are written with and without milliseconds."""
    if isinstance(value, str) and len(value) == 20 and value[10] == "T" and value.endswith("Z"):
        return value[:-1] + ".000Z"
    return value


def main(ddl, views, out, queries):
    schema = athena_sql.schema_of(athena_sql.parse(ddl))
    statements = athena_sql.parse(views)
    athena_sql.add_views(schema, statements)
    connection = athena_sql.engine(schema, statements, out)
    counts = {}
    for name, sql, rows in json.loads(queries.read_text()):
        parsed = [s for s in sqlglot.parse(sql, read="athena", error_level=sqlglot.ErrorLevel.RAISE) if s is not None]
        if len(parsed) != 1 or not isinstance(parsed[0], exp.Query) or parsed[0].find(exp.Command):
            sys.exit(f"{name} is not one query")
        qualify(parsed[0].copy(), schema=schema, dialect="athena", validate_qualify_columns=True)
        cursor = connection.execute(athena_sql.for_duckdb(parsed[0]).sql(dialect="duckdb"))
        columns = [column[0] for column in cursor.description]
        theirs = [{column: plain(value) for column, value in zip(columns, row)} for row in cursor.fetchall()]
        ours = [{column: moment(value) for column, value in row.items()} for row in rows]
        if len(theirs) != len(ours):
            sys.exit(f"{name}: {len(theirs)} rows in DuckDB, {len(ours)} in DataFusion")
        for number, (one, other) in enumerate(zip(theirs, ours)):
            if one != other:
                differing = [column for column in columns if one.get(column) != other.get(column)]
                sys.exit(f"{name}: row {number} differs in {differing or sorted(set(one) ^ set(other))}")
        counts[name] = len(ours)
    print(json.dumps(counts))


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_text(), Path(sys.argv[2]).read_text(), Path(sys.argv[3]), Path(sys.argv[4]))
