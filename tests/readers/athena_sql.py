"""Parses the Athena tables and views with sqlglot and runs the views.

    python3 athena_sql.py DDL.sql VIEWS.sql [OUT]

DDL.sql is what `phiscan athena ddl s3://…` printed, VIEWS.sql what `phiscan athena
views` did. Every statement must parse in sqlglot's athena dialect without falling
back to an unparsed command, every view may use only tables and views before it
and columns that they have. With OUT, the views are also translated to DuckDB and
run over that folder, so that a third engine counts the same: the rows of
`findings_committed` and `findings_current` are printed as JSON. The partition
projection of each table is expanded over its range of days, and every file below
OUT must lie in exactly one of the partitions.
"""

import datetime
import json
import re
import sys
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

EXPECTED = ["findings", "coverage", "attestations", "runs"]


def parse(text):
    statements = sqlglot.parse(text, read="athena", error_level=sqlglot.ErrorLevel.RAISE)
    statements = [s for s in statements if s is not None]
    for statement in statements:
        if not isinstance(statement, exp.Create) or statement.find(exp.Command):
            sys.exit(f"not parsed: {statement.sql()[:200]}")
    return statements


def for_duckdb(view):
    """A list of structs expands to one column in DuckDB, to one a member in Athena."""
    view = view.copy()
    for unnest in view.find_all(exp.Unnest):
        alias = unnest.args.get("alias")
        if alias and len(alias.columns) > 1:
            for column in unnest.find_ancestor(exp.Select).find_all(exp.Column):
                if column.table == alias.name:
                    column.replace(sqlglot.parse_one(f"struct_extract({alias.name}.member, '{column.name}') AS {column.name}"))
            alias.set("columns", [exp.to_identifier("member")])
    return view


def day(text, now):
    """One end of a projected range."""
    offset = re.fullmatch(r"NOW(?:([+-])(\d+)(DAYS|YEARS))?", text)
    if not offset:
        return datetime.datetime.strptime(text, "%Y%m%d").date()
    sign, number, unit = offset.groups()
    days = int(number or 0) * {"DAYS": 1, "YEARS": 365, None: 0}[unit]
    return now + datetime.timedelta(days=days if sign == "+" else -days)


def partitions(properties, now):
    """The locations that Athena looks at today."""
    wanted = {"projection.enabled": "true", "projection.event_day.type": "date", "projection.event_day.format": "yyyyMMdd",
              "projection.event_day.interval": "1", "projection.event_day.interval.unit": "DAYS"}
    for key, value in wanted.items():
        if properties.get(key) != value:
            sys.exit(f"{key} is {properties.get(key)}")
    first, last = (day(end, now) for end in properties["projection.event_day.range"].split(","))
    template = properties["storage.location.template"]
    return [template.replace("${event_day}", (first + datetime.timedelta(days=n)).strftime("%Y%m%d"))
            for n in range((last - first).days + 1)]


def cover(projected, location, out):
    """Every file below OUT is in one partition."""
    files = sorted(out.glob("*/*/*.parquet"))
    for file in files:
        uri = location + "/" + str(file.relative_to(out))
        holding = [p for p in projected if uri.startswith(p) and "/" not in uri[len(p):]]
        if len(holding) != 1:
            sys.exit(f"{uri} is in {len(holding)} partitions")
    print(f"{len(files)} files, each in one of {len(projected)} projected partitions")


def schema_of(tables):
    """Columns of each table, in Trino's types."""
    schema = {}
    for table in tables:
        columns = {c.name: c.args["kind"].sql(dialect="trino") for c in table.this.expressions if isinstance(c, exp.ColumnDef)}
        columns["event_day"] = "varchar"
        schema[table.this.this.name] = columns
    return schema


def add_views(schema, views):
    """Adds the columns of views, each of which may use what stands before it. Gives their names."""
    names = []
    for view in views:
        name, query = view.this.name, view.expression
        used = {t.name for t in query.find_all(exp.Table) if t.name}
        local = {c.alias for c in query.find_all(exp.CTE)}
        unknown = used - local - set(schema) - {"t"}
        if unknown:
            sys.exit(f"{name} uses {sorted(unknown)} before they are made")
        qualified = qualify(query.copy(), schema=schema, dialect="athena", validate_qualify_columns=True)
        schema[name] = {column.alias_or_name: "unknown" for column in qualified.selects}
        names.append(name)
    return names


def engine(schema, views, out):
    """DuckDB with the tables over OUT, and the views."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone='UTC'")
    for name in EXPECTED:
        files = out / name / "event_day=*" / "*.parquet"
        if not list((out / name).glob("event_day=*/*.parquet")):
            columns = ", ".join(f'NULL AS "{column}"' for column in schema[name])
            connection.execute(f"CREATE VIEW {name} AS SELECT {columns} WHERE false")
            continue
        source = f"read_parquet('{files}', hive_partitioning=true, hive_types={{'event_day': VARCHAR}})"
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM {source}")
    for view in views:
        connection.execute(for_duckdb(view).sql(dialect="duckdb"))
    return connection


def main(ddl, views, out=None):
    tables, views = parse(ddl), parse(views)
    schema = schema_of(tables)
    projected, roots = [], set()
    for table in tables:
        name = table.this.this.name
        partition = table.find(exp.PartitionedByProperty)
        if partition is None or [c.name for c in partition.find_all(exp.ColumnDef)] != ["event_day"]:
            sys.exit(f"{name} is not partitioned by event_day alone")
        properties = {p.this.name: p.args["value"].name for p in table.find_all(exp.Property) if type(p) is exp.Property}
        for key in ("projection.enabled", "projection.event_day.range", "storage.location.template"):
            if not properties.get(key):
                sys.exit(f"{name} has no {key}")
        projected += partitions(properties, datetime.datetime.now(datetime.timezone.utc).date())
        location = table.find(exp.LocationProperty).this.name.rstrip("/")
        if not location.endswith("/" + name):
            sys.exit(f"{name} lies at {location}")
        roots.add(location.removesuffix("/" + name))
    if list(schema) != EXPECTED:
        sys.exit(f"tables are {list(schema)}")
    names = add_views(schema, views)
    print(f"{len(tables)} tables and {len(names)} views parse: {', '.join(names)}")

    if out is not None:
        cover(projected, roots.pop(), out)
        connection = engine(schema, views, out)
        counts = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
                  for name in ("findings_committed", "findings_current", "coverage_committed", "runs_committed")}
        print(json.dumps(counts))


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_text(), Path(sys.argv[2]).read_text(), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
