#!/usr/bin/env python3
"""Compare the CloudTrail table with AWS's own service models.

A CloudTrail event repeats an operation's parameters under `requestParameters`
and, for calls that write, its answer under `responseElements`. botocore ships
the model of every operation, so the parameter names need not be guessed. This
script walks the models of the services that `places/cloudtrail-*.toml` name and
says, for each member that can hold text, which place the table gives it.

    python3 trail_members.py            every operation, member and its place
    python3 trail_members.py --new      what the models have and the table lacks
                                        (exit status 1 if there is anything)
    python3 trail_members.py --accept   rewrite places/cloudtrail.lock after the
                                        table has been reviewed

`cloudtrail.lock` holds one line an operation with a digest of its members: a
new operation, or a known one with another set of members, is reported even
where the rows of the table happen to cover it.

It needs Python 3.11 and botocore, reads nothing from the network, and prints
the same lines for the same botocore. The version that the table was reviewed
against stands at the table's head.
"""

import argparse
import hashlib
import pathlib
import re
import sys
import tomllib

import botocore
import botocore.loaders

PLACES = pathlib.Path(__file__).resolve().parent.parent / "places"
TABLE = PLACES / "cloudtrail.toml"
LOCK = PLACES / "cloudtrail.lock"
DEPTH = 10  # deeper members are recursive shapes
READ_ONLY = re.compile(r"(BatchGet|Describe|Get|Poll|Discover|Evaluate|Test|List|Lookup|Query|Scan|Search|Select|Head)")
VERSION_SUFFIX = re.compile(r"(20\d{6}|20\d\d_\d\d_\d\d)(v\d+)?$")


class Member:
    """One text-bearing leaf of an operation: its CloudTrail path and its shape."""

    def __init__(self, path, shape, enum):
        self.path = path
        self.shape = shape
        self.enum = enum


class Source:
    """One `[[source]]` of the table, with its rows as a look-up."""

    def __init__(self, data, wrappers):
        self.hosts = data["event_source"]
        self.service = data["service"]
        self.models = data.get("models", [])
        self.kinds = data.get("kinds", {})
        self.rest = data.get("rest")
        self.wrappers = set(wrappers) | set(data.get("wrappers", []))
        self.rows = {}
        for element, rows in data.get("members", {}).items():
            for row in rows:
                events, _, path = row.rpartition(":")
                path = path.removesuffix("+")
                key = tuple(self.components(path)) if path != "*" else ("*",)
                for event in events.split("|"):
                    self.rows[event.lower(), key] = element

    def components(self, path):
        """`tagSet.items[3].value` → [`tagset`, `value`]."""
        out = []
        for part in path.lower().split("."):
            part = part.split("[")[0]
            if part and part not in self.wrappers and not part.isdigit():
                out.append(part)
        return out

    def look_up(self, event, path):
        """The element of the first row that holds: outermost start, longest run."""
        parts = self.components(path)
        event = VERSION_SUFFIX.sub("", event).lower()
        for start in range(len(parts)):
            for end in range(len(parts), start, -1):
                run = tuple(parts[start:end])
                for name in (event, ""):
                    if (name, run) in self.rows:
                        return self.rows[name, run]
        return self.rows.get((event, ("*",)))


def lower_camel(name):
    return name[:1].lower() + name[1:]


def spelling(member_name, reference, rest_xml):
    """The name under which CloudTrail records a member."""
    located = reference.get("locationName")
    if rest_xml and located:
        if reference.get("location") == "uri":
            return {"Bucket": "bucketName", "Key": "key"}.get(located, lower_camel(located))
        return located if reference.get("location") else lower_camel(located)
    return lower_camel(member_name)


def walk(model, name, path, seen, rest_xml):
    """Every leaf below a shape that can hold text."""
    shape = model["shapes"][name]
    kind = shape["type"]
    if kind == "structure":
        if name in seen or len(path) > DEPTH:
            return
        for member, reference in shape["members"].items():
            step = spelling(member, reference, rest_xml)
            yield from walk(model, reference["shape"], path + (step,), seen | {name}, rest_xml)
    elif kind == "list":
        inner = shape["member"]
        if rest_xml and inner.get("locationName") and not shape.get("flattened"):
            path = path + (lower_camel(inner["locationName"]),)
        yield from walk(model, inner["shape"], path, seen, rest_xml)
    elif kind == "map":
        # Keys are free text and stand where members stand: the row is the map itself.
        yield Member(".".join(path), name, False)
    elif kind in ("string", "blob"):
        yield Member(".".join(path), name, "enum" in shape)


def operations(loader, model_name):
    """(operation, request leaves, response leaves), sorted by operation."""
    model = loader.load_service_model(model_name, "service-2")
    protocol = model["metadata"].get("protocol")
    rest_xml = protocol == "rest-xml" and model_name.startswith("s3")
    for name, operation in sorted(model["operations"].items()):
        sides = []
        for side in ("input", "output"):
            leaves = []
            if side in operation and not (side == "output" and READ_ONLY.match(name)):
                leaves = list(
                    walk(model, operation[side]["shape"], (), frozenset(), rest_xml)
                )
            sides.append({leaf.path: leaf for leaf in leaves if leaf.path})
        yield name, sides[0], sides[1]


class Table:
    """The committed table."""

    def __init__(self, path=TABLE):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        self.botocore = data["botocore"]
        self.general = data["general"]
        self.omit_member = re.compile("|".join(data["omit"]["member"]), re.IGNORECASE)
        written = []
        for part in sorted(path.parent.glob(f"{path.stem}-*.toml")):
            written += tomllib.loads(part.read_text(encoding="utf-8"))["source"]
        self.sources = [Source(one, data["wrappers"]) for one in written]

    def omitted(self, leaf):
        """Left out on purpose: enumerations and what `[omit]` names."""
        return leaf.enum or bool(self.omit_member.fullmatch(leaf.path.rsplit(".", 1)[-1]))

    def kind(self, path):
        """What a member's name alone says: name, tag, description or nothing."""
        parts = path.lower().split(".")
        last = parts[-1]
        if any(part in self.general["data"] for part in parts[:-1]):
            return None
        if any(self.means("tag", part) for part in parts):
            return "tag"
        if last == "name" and len(parts) > 1 and parts[-2] in self.general["name_not_below"]:
            return None
        kinds = ("description", "free-form-field", "name")
        return next((kind for kind in kinds if self.means(kind, last)), None)

    def means(self, kind, part):
        words = self.general[kind]
        named = part in words["words"] or part.endswith(tuple(words["suffix"]))
        return (
            named
            and part not in words.get("except", [])
            and not part.endswith(tuple(words.get("except_suffix", [])))
        )

    def proposal(self, source, path):
        """The element that a new member would get by rule."""
        kind = self.kind(path)
        if kind is None:
            return source.rest or "event-record"
        general = "resource-name" if kind == "name" else kind
        return source.kinds.get(kind, general)


def digest(request, response):
    text = "\n".join(sorted(request)) + "\n\n" + "\n".join(sorted(response))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def read_lock(path=LOCK):
    """Digests by model and operation; a line has the operations of a model that begin alike."""
    lock = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                model, verb, *rests = line.split(" ")
                for rest, _, value in (one.partition("=") for one in rests):
                    lock[model, verb + rest] = value
    return lock


def write_lock(current, path=LOCK):
    lines = {}
    for (model, operation), value in sorted(current.items()):
        verb = re.match(r"[A-Z]+[a-z0-9]*", operation)[0]
        lines.setdefault((model, verb), []).append(f"{operation[len(verb):]}={value}")
    text = "# Operations reviewed for cloudtrail-*.toml, each with a digest of its members.\n"
    text += "# Written by scripts/trail_members.py --accept.\n"
    for (model, verb), rests in lines.items():
        text += " ".join([model, verb, *rests]) + "\n"
    path.write_text(text, encoding="utf-8")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--new", action="store_true", help="only what the table lacks")
    parser.add_argument("--accept", action="store_true", help="rewrite cloudtrail.lock")
    options = parser.parse_args(arguments)

    table = Table()
    loader = botocore.loaders.Loader()
    available = set(loader.list_available_services("service-2"))
    lock = read_lock()
    current = {}
    lacking = 0
    for source in table.sources:
        for model in source.models:
            if model not in available:
                print(f"{model}: no model in botocore {botocore.__version__}")
                lacking += 1
                continue
            for name, request, response in operations(loader, model):
                current[model, name] = digest(request, response)
                known = lock.get((model, name))
                if options.new and known != current[model, name]:
                    print(f"{model}.{name}: {'members changed' if known else 'new operation'}")
                    lacking += 1
                for root, leaves in (("requestParameters", request), ("responseElements", response)):
                    for path, leaf in sorted(leaves.items()):
                        element = source.look_up(name, f"{root}.{path}")
                        if element is None and root == "requestParameters" and not table.omitted(leaf):
                            lacking += 1
                            print(
                                f"{source.hosts[0]}.{name} {root}.{path}: not in the table, "
                                f"proposed {source.service}:{table.proposal(source, path)}"
                            )
                        elif not options.new and not options.accept:
                            shown = element or ("(omitted)" if table.omitted(leaf) else table.proposal(source, path))
                            print(f"{source.hosts[0]}.{name} {root}.{path}: {shown}")
    if options.new:
        for gone in sorted(set(lock) - set(current)):
            lacking += 1
            print(f"{gone[0]}.{gone[1]}: no longer in botocore")
    if options.accept:
        write_lock(current)
        return 0
    if options.new:
        print(f"botocore {botocore.__version__}, table reviewed against {table.botocore}: {lacking} new")
        return 1 if lacking else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
