"""Computes identity.toml without phiscan's code: python3 make_identity.py > identity.toml"""

import hashlib
import hmac
import json

KEY = bytes(range(32))


def keyed(label, *parts):
    message = b"".join(len(p).to_bytes(8, "big") + p for p in [label.encode(), *[x.encode() for x in parts]])
    return hmac.new(KEY, message, hashlib.sha256).hexdigest()


def q(text):
    return json.dumps(text, ensure_ascii=False)


print("# Vectors for ids and tokens, computed by make_identity.py. They never change:")
print("# who joins tokens over runs relies on them. Names and numbers are invented.")
print(f"key = {q(KEY.hex())}")
print(f"key_id = {q(keyed('phiscan/key-id/1')[:8])}")

for label, *parts in [
    ("phiscan/value/1", "SSN", "219099999"),
    ("phiscan/value/1", "SS", "N219099999"),
    ("phiscan/value/1", "", ""),
    ("phiscan/message/1", "ADT^A01 für MRN 00451873"),
]:
    print("\n[[keyed]]")
    print(f"label = {q(label)}\nparts = [{', '.join(q(p) for p in parts)}]\nresult = {q(keyed(label, *parts)[:32])}")

for of, cls, value in [
    ("value", "SSN", "218099999"),
    ("value", "MEMBER_ID", "218099999"),
    ("value", "NAME", "ADEYEMI OLUWASEUN"),
    ("unit", None, "file:///data/logs/app.log"),
    ("scope", None, "file:///data/logs/app.log"),
]:
    parts = [value] if cls is None else [cls, value]
    print("\n[[token]]")
    print(f"of = {q(of)}")
    if cls:
        print(f"class = {q(cls)}")
    print(f"value = {q(value)}\ntoken = {q(keyed(f'phiscan/{of}/1', *parts)[:32])}")


def log_parts(r):
    message = keyed("phiscan/message/1", r["message"])[:32]
    return [r["account"], r["group"], r["stream"], str(r["timestamp_ms"]), message]


LOG = dict(kind="log-event", account="111122223333", group="/aws/lambda/intake", stream="2026/11/24/[$LATEST]1f",
           timestamp_ms=1795557420123, message='{"mrn":"00451873"}')
OBJECT = dict(kind="object", bucket="riverside-imaging", key="studies/a b.dcm")
for record, parts, locator, cls, value in [
    (dict(kind="trail-event", event_id="5f0c1f6e-2d1a-4c8e-9a3b-7f1d2c3b4a59"), lambda r: [r["event_id"]],
     "requestParameters.key", "MRN", "00451873"),
    (LOG, log_parts, "$.mrn", "MRN", "00451873"),
    (dict(LOG, message='{"mrn":"00451873"} '), log_parts, "$.mrn", "MRN", "00451873"),
    (OBJECT, lambda r: [f"s3://{r['bucket']}/{r['key']}"], "key", "NAME", "ADEYEMI OLUWASEUN"),
    (dict(OBJECT, version="3sL4kqtJlcpXroDTDmJ"), lambda r: [f"s3://{r['bucket']}/{r['key']}", r["version"]],
     "tag:patient", "NAME", "ADEYEMI OLUWASEUN"),
    (dict(kind="resource", name="arn:aws:ec2:us-east-1:111122223333:instance/i-0abc"), lambda r: [r["name"]],
     "tag:Owner", "NAME", "ADEYEMI OLUWASEUN"),
    (dict(kind="in-unit", unit="file:///data/logs/app.log", record=0), lambda r: [r["unit"], str(r["record"])],
     "", "SSN", "218099999"),
    (dict(kind="in-unit", unit="file:///data/logs/app.log", record=18446744073709551615 // 2),
     lambda r: [r["unit"], str(r["record"])], "", "SSN", "218099999"),
    (dict(kind="in-mebibyte", unit="file:///data/logs/access.log", mebibyte=17),
     lambda r: [r["unit"], str(r["mebibyte"])], "", "IP", "198.51.100.7"),
    (dict(kind="in-hour", container="logs:111122223333:us-east-1:/aws/lambda/intake", hour=498765),
     lambda r: [r["container"], str(r["hour"])], "", "IP", "198.51.100.7"),
    (dict(OBJECT, key="studies/mrn-00451873/a b.dcm"), lambda r: [f"s3://{r['bucket']}/{r['key']}"],
     "", "MRN", "00451873"),
]:
    print("\n[[finding]]")
    fields = ", ".join(f"{k} = {v if isinstance(v, int) else q(v)}" for k, v in record.items())
    print(f"record = {{ {fields} }}\nlocator = {q(locator)}\nclass = {q(cls)}\nvalue = {q(value)}")
    print(f"finding_id = {q(keyed('phiscan/finding/1', *parts(record), locator, cls, value)[:32])}")
