"""Compares verdicts of our validators with those of other people's.

    python check.py FILE

FILE has a validator, a value and our verdict (valid, invalid, check-failed) in each line, parted by
tabs. Values are made up by tests/oracles.rs. For every comparison that this file defines, the other
verdict is computed; where the two differ, the difference must be one of those named here with its
reason. Everything else is printed, and the exit status is 1. The last line of the output is JSON: for each
comparison the number of values, how many are valid, and how often each named difference occurred.
"""

import collections
import datetime
import ipaddress
import json
import re
import sys

import phonenumbers
import presidio
import stdnum.luhn
import stdnum.us.itin
import stdnum.us.ssn

SHOWN_MAX = 20


def digits(value):
    return re.sub(r"\D", "", value)


def separators(value):
    return re.findall(r"[^0-9A-Za-z]", value)


def brand(number):
    """Whether a card brand has this range with this length, by the brands' published tables."""
    return bool(
        re.fullmatch(
            r"4\d{12}(\d{3}){0,2}|5[1-5]\d{14}|2(22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
            r"|3(0[0-5]|[689]\d)\d{11}|35(2[89]|[3-8]\d)\d{12,15}|(6011|64[4-9]\d|65\d\d|62\d\d)\d{12,15}",
            number,
        )
    )


def phone(value):
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(value, "US"))
    except phonenumbers.NumberParseException:
        return False


def ip(value):
    try:
        return ipaddress.ip_address(value)
    except ValueError:
        return None


def ip_public(value):
    address = ip(value)
    return address is not None and (getattr(address, "ipv4_mapped", None) or address).is_global


def date(value):
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d", "%d-%b-%Y", "%B %d, %Y"):
        try:
            day = datetime.datetime.strptime(value, form)
        except ValueError:
            continue
        return 1900 <= day.year <= 2040
    return False


def filler(value):
    number = digits(value)
    return len(set(number)) == 1


def one_separator(value):
    """Nine digits with a separator at one of the two places only."""
    return bool(re.fullmatch(r"\d{3}[- .]\d{6}|\d{5}[- .]\d{4}", value))


# These differences depend on Python's version: they need not occur.
LATER = "by Python's version: "

# validator, oracle: how the oracle judges, and the differences that are meant. A difference has a
# name, our verdict in it, and what is true of the values.
SAMPLES = {"078051120", "457555462", "219099999", "123456789"}
COMPARISONS = [
    ("luhn", "stdnum.luhn", stdnum.luhn.is_valid, [
        ("a single digit has no check digit to check", False, lambda v: len(v) == 1),
    ]),
    ("ssn", "stdnum.us.ssn", stdnum.us.ssn.is_valid, [
        ("stdnum lets one hyphen be missing", False, one_separator),
        ("stdnum knows no spaces or dots", True, lambda v: set(separators(v)) in ({" "}, {"."})),
        ("stdnum rejects published samples; we cap them", True, lambda v: digits(v) in SAMPLES),
    ]),
    ("itin", "stdnum.us.itin", stdnum.us.itin.is_valid, [
        ("stdnum lacks the groups 50 to 65 of the IRS's list", True, lambda v: 50 <= int(digits(v)[3:5]) <= 65),
        ("stdnum lets one hyphen be missing", False, one_separator),
        ("stdnum knows no spaces or dots", True, lambda v: set(separators(v)) in ({" "}, {"."})),
    ]),
    ("ssn", "presidio.SSN", lambda v: presidio.accepts(presidio.SSN, v), [
        ("Presidio takes areas 900 to 999, which are never issued", False, lambda v: digits(v).startswith("9")),
        ("Presidio lets one hyphen be missing", False, one_separator),
        ("Presidio rejects fillers and samples; we cap them", True, lambda v: filler(v) or digits(v) in SAMPLES),
    ]),
    ("itin", "presidio.ITIN", lambda v: presidio.accepts(presidio.ITIN, v), [
        ("Presidio lets one separator be missing", False, one_separator),
        ("Presidio lets the two separators differ", False, lambda v: len(set(separators(v))) == 2),
        ("Presidio knows no dots", True, lambda v: set(separators(v)) == {"."}),
    ]),
    ("npi", "presidio.NPI", lambda v: presidio.accepts(presidio.NPI, v), [
        ("Presidio does not read the prefix 80840 of cards", True, lambda v: re.fullmatch(r"80840\d{10}", v)),
        ("Presidio lets the two separators differ", False, lambda v: len(set(separators(v))) == 2),
    ]),
    ("dea", "presidio.DEA", lambda v: presidio.accepts(presidio.DEA, v), [
        ("Presidio does not read a hospital user's suffix", True, lambda v: re.fullmatch(r"\w{9}-\w{1,10}", v)),
        ("DEA's layout has 0 for handlers of List I chemicals", True, lambda v: v[0] == "0"),
        ("seven equal digits are a filler", False, lambda v: len(set(v[2:])) == 1),
    ]),
    ("mbi", "presidio.MBI", lambda v: presidio.accepts(presidio.MBI, v), [
        ("Presidio takes 0 in position 1; CMS has 1 to 9", False, lambda v: v[0] == "0"),
        ("Presidio does not read spaces", True, lambda v: set(separators(v)) == {" "}),
    ]),
    ("card", "presidio.CARD", lambda v: presidio.accepts(presidio.CARD, v), [
        ("Presidio does not look at brand and length", False, lambda v: not brand(digits(v))),
        ("Presidio has neither the 2-series of Mastercard nor 18 and 19 digits", True,
         lambda v: v[0] == "2" or len(digits(v)) > 17),
        ("Presidio lets separators differ or be missing", False,
         lambda v: separators(v) and (len(set(separators(v))) > 1 or not re.match(r"\d{4}[- ]", v) or re.search(r"\d{8}", v))),
        ("Presidio has groups of three and four, and up to five at the end", True,
         lambda v: separators(v) and (re.search(r"[- ]\d{5,}[- ]|\d{6}|\b\d\d\b", v))),
    ]),
    # Its numbers must also be in service; so theirs must be ours, but not the other way round.
    ("nanp", "phonenumbers", phone, [
        ("phonenumbers wants an area code in service", True,
         lambda v: phonenumbers.is_possible_number(phonenumbers.parse(v, "US"))),
        ("phonenumbers takes exchanges N11", False, lambda v: re.search(r"\d{3}\D{0,2}[2-9]11\D?\d{4}", v)),
        ("phonenumbers puts separators anywhere", False, lambda v: separators(v)),
        ("phonenumbers lets 1 or a plus sign stand where they please", False, lambda v: len(digits(v)) != 10),
    ]),
    ("ip", "ipaddress", lambda v: ip(v) is not None, []),
    ("ip-public", "ipaddress.is_global", ip_public, [
        ("Python counts multicast as global; no client has such an address", False, lambda v: ip(v).is_multicast),
        ("translation prefixes and unassigned space of IPv6 are no client's", False,
         lambda v: ":" in v and not 0x2000 <= int(ip(v)) >> 112 <= 0x3FFF),
        (LATER + "3fff::/20 is for documentation (RFC 9637)", False, lambda v: int(ip(v)) >> 108 == 0x3FFF0),
        (LATER + "2001::/23 is for protocols; parts of it are global", False, lambda v: int(ip(v)) >> 105 == 0x20010000 >> 9),
    ]),
    ("date", "datetime", date, [
        ("%Y%m%d takes fields of one digit", False, lambda v: re.fullmatch(r"\d{6,7}", v)),
        ("month first, packed", True, lambda v: re.fullmatch(r"\d{8}", v)),
        ("the day first if it can be no month", True, lambda v: re.fullmatch(r"(1[3-9]|2\d|3[01])/\d{1,2}/\d{4}", v)),
        ("hyphens, slashes and dots in every order", True,
         lambda v: re.fullmatch(r"\d{1,2}([-.])\d{1,2}\1\d{4}|\d{4}([/.])\d{1,2}\2\d{1,2}", v)),
        ("years of two digits", True, lambda v: re.search(r"\D\d\d$", v)),
        ("more writings with a month's name", True, lambda v: re.search(r"[A-Za-z]{3}", v)),
        ("strptime takes two blanks for one", False, lambda v: "  " in v),
    ]),
]


def main():
    by_validator = collections.defaultdict(list)
    with open(sys.argv[1], encoding="utf-8", newline="\n") as lines:
        for line in lines:
            validator, value, verdict = line.rstrip("\n").split("\t")
            by_validator[validator].append((value, verdict == "valid"))
    report, shown = [], 0
    for validator, oracle, judge, differences in COMPARISONS:
        values = by_validator[validator]
        counts = {name: 0 for name, _, _ in differences}
        unexplained = 0
        for value, ours in values:
            if ours == bool(judge(value)):
                continue
            name = next((name for name, verdict, holds in differences if verdict == ours and holds(value)), None)
            if name:
                counts[name] += 1
                continue
            unexplained += 1
            shown += 1
            if shown <= SHOWN_MAX:
                print(f"{validator} against {oracle}: {value!r} is {'valid' if ours else 'not valid'} to us only")
        report.append({
            "validator": validator, "oracle": oracle, "values": len(values), "valid": sum(ours for _, ours in values),
            "unexplained": unexplained, "differences": counts,
        })
    print(json.dumps(report))
    sys.exit(1 if shown else 0)


if __name__ == "__main__":
    main()
