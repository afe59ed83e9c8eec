"""Retired words stay out: names and prose use the terms of the field (docs/architecture.md)."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("camdigits", "train", "tests", "docs", "models", ".ci")
SUFFIXES = {"", ".py", ".md", ".toml", ".c", ".sh", ".service", ".html", ".css"}
LEFT_OUT = {"tests/test_words.py", "train/LOG.md"}  # the list itself; a diary
# Pattern (case matters only where a letter is upper case) → what to write.
RETIRED = {
    r"\bopinions?\b": "predictions",
    r"\bask(s|ed|ing)?\b|\bAsk\b": "predict, request",
    r"\bLabelling\b|\b_labelling\b": "OutputSpec",
    r"\bweighed\b|\b_weighing\b": "with_prior",
    r"\bRefusals?\b|\brefused\b": "Rejected, rejected",
    r"\bbeliefs?\b|\bBelief|\bbelieved?\b": "votes",
    r"\bsightings?\b": "observations",
    r"\bwish(es)?\b": "requested settings",
    r"\bgrants?\b|\bgranted\b": "supported settings",
    r"\bcrowded\b": "cluttered, is_textured",
    r"\bway_up\b|\bway up\b": "orientation, rotation",
    r"\brejoin": "merge",
    r"\bwalled\b|\bwith_walls\b": "cell boundary",
    r"\btold\b|\btells?\b|\btelling\b": "report, notify, distinguish",
    r"\bsecond looks?\b|\bsecond_looks?\b": "merge, split",
    r"\bclip that makes itself\b": "synthetic demo clip",
    r"\bmade[- ]up\b": "synthetic",
    r"\bmake_hand\b|\bHand\b|\bheld_out_hands\b|\bother hands\b|\bheld-out hands\b": "writer",
    r"(?<!there )\b(is|are|was|were) no (digits?|letters?|model|video|picture|number)\b": "not a",
    r"\bwhat is (no|none)\b": "non-digits",
    r"\bwere it to\b": "best digit label, ignoring the reject class",
    r"\bnear by\b": "nearby",
    r"\bleave[sd]? away\b|\bleft away\b": "omit",
    r"\bso (many|much|long) of\b|\bfor so long\b": "name the quantity",
    r"\bNewest\b": "LatestFrame",
    r"\btrust\b": "confidence",
    r"\b(jobs|walk|cuts|strokes|upright|context|belief|watch|moving|feed)\.py\b": "its new path",
    r"\bLEAST_|\bMOST_": "MIN_, MAX_ with a unit",
}
# (file, text in the line): why it stays.
ALLOWED = {
    ("", "onnection refused"): "the message of the operating system",
    ("", "permission"): "file permissions are granted",
    ("camdigits/sinks/_line_file.py", ".tell()"): "the method of files",
    ("camdigits/sinks/_mp4_file.py", "tell"): "the method of files",
    ("tests/pi/insncount.c", ""): "qemu's interface",
    ("camdigits/app/server/static/vendor/", ""): "other people's licences and code",
}


@cache
def lines():
    """Return (file, number, text) of every line of the project's text."""
    paths = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "hatch_build.py"]
    for folder in FOLDERS:
        paths += sorted(path for path in (ROOT / folder).rglob("*") if path.is_file())
    return [
        (file, number, text)
        for path in paths
        if path.suffix in SUFFIXES
        and "__pycache__" not in path.parts
        and (file := str(path.relative_to(ROOT))) not in LEFT_OUT
        for number, text in enumerate(path.read_text().splitlines(), 1)
    ]


def is_allowed(file, text):
    """Return whether a line is on the list of exceptions."""
    return any(file.startswith(start) and part in text for start, part in ALLOWED)


@pytest.mark.parametrize("pattern", RETIRED)
def test_retired_words_stay_out(pattern):
    """No file uses a retired word; the message lists file:line, and what to write instead."""
    flags = re.IGNORECASE if pattern == pattern.lower() else 0
    word = re.compile(pattern, flags)
    found = [
        f"{file}:{number}: {text.strip()}"
        for file, number, text in lines()
        if word.search(text) and not is_allowed(file, text)
    ]
    assert not found, f"write {RETIRED[pattern]}:\n" + "\n".join(found)
