"""Presidio's recognizers of US numbers, without its language models.

Importing `presidio_analyzer` imports spaCy. Its pattern recognizers need none of that: here the package
and its folders are put up as empty modules, and only the files that they are made of are loaded.
"""

import importlib
import importlib.util
import pathlib
import sys
import types

CORE = [
    ("analysis_explanation", "AnalysisExplanation"),
    ("recognizer_result", "RecognizerResult"),
    ("entity_recognizer", "EntityRecognizer"),
    ("local_recognizer", "LocalRecognizer"),
    ("pattern", "Pattern"),
    ("pattern_recognizer", "PatternRecognizer"),
]
FOLDERS = [
    "presidio_analyzer",
    "presidio_analyzer.predefined_recognizers",
    "presidio_analyzer.predefined_recognizers.generic",
    "presidio_analyzer.predefined_recognizers.country_specific",
    "presidio_analyzer.predefined_recognizers.country_specific.us",
]
US = FOLDERS[-1]
GENERIC = FOLDERS[2]


def _shell():
    # find_spec of a top-level package does not run it.
    root = pathlib.Path(importlib.util.find_spec("presidio_analyzer").origin).parent
    for name in FOLDERS:
        module = types.ModuleType(name)
        module.__path__ = [str(root.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = module
    package = sys.modules["presidio_analyzer"]
    for file, name in CORE:
        setattr(package, name, getattr(importlib.import_module(f"presidio_analyzer.{file}"), name))


_shell()


def recognizer(module, name):
    return getattr(importlib.import_module(module), name)()


def accepts(recognizer, value):
    """Whether the whole value is a match that the recognizer's own validation lets stand."""
    import regex

    # A recognizer looks for its patterns anywhere; ours judge a whole candidate.
    if not any(regex.fullmatch(p.regex, value, regex.IGNORECASE) for p in recognizer.patterns):
        return False
    return recognizer.validate_result(value) is not False and not recognizer.invalidate_result(value)


NPI = recognizer(f"{US}.us_npi_recognizer", "UsNpiRecognizer")
DEA = recognizer(f"{US}.medical_license_recognizer", "MedicalLicenseRecognizer")
MBI = recognizer(f"{US}.us_mbi_recognizer", "UsMbiRecognizer")
SSN = recognizer(f"{US}.us_ssn_recognizer", "UsSsnRecognizer")
ITIN = recognizer(f"{US}.us_itin_recognizer", "UsItinRecognizer")
CARD = recognizer(f"{GENERIC}.credit_card_recognizer", "CreditCardRecognizer")
