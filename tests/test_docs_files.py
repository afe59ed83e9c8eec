"""README and docs/: lengths, links, and the commands that a reader is given."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAX_WORDS, MAX_COLUMNS = 900, 120  # of README.md
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "models" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
# Commands that take well under a minute and need neither a camera, a display nor a data set.
QUICK = (
    r"camdigits --help",
    r"camdigits demo\b",
    r"camdigits image\b",
    r"camdigits video\b",
    r"camdigits live demo --no-window\b",
    r"camdigits cameras\b",
    r"camdigits doctor --json",
    r"camdigits bench --json",
    r"python -m train show\b",
    r"python -m train stages\b.*--out /tmp/",
    r"python -m train (\S+ )?--help",
)
# `doctor` reports what this machine lacks and `cameras` ends with 1 where there is none.
MAY_FAIL = ("camdigits doctor", "camdigits cameras")


def name(document):
    """Return the path of a document inside the checkout."""
    return str(document.relative_to(ROOT))


def commands(document):
    """Return the commands of the fenced sh blocks, one per line, without comments."""
    blocks = re.findall(r"^```sh\n(.*?)^```", document.read_text(), re.DOTALL | re.MULTILINE)
    lines = (line.split(" #")[0].strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if re.match(r"(camdigits|python -m train)\b", line)]


def quick(command):
    """Return whether a command is run here."""
    return any(re.match(pattern, command) for pattern in QUICK)


RUN = sorted({line for document in DOCUMENTS for line in commands(document) if quick(line)})


def test_the_readme_is_short():
    """README.md has at most 900 words and no line over 120 characters."""
    text = (ROOT / "README.md").read_text()

    assert len(text.split()) <= MAX_WORDS
    assert not [line for line in text.splitlines() if len(line) > MAX_COLUMNS]


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_are_not_broken(document):
    """A relative link names a file of the project; one with # names a heading in it."""
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if "://" in target:
            continue
        path, _, heading = target.partition("#")
        linked = document.parent / path if path else document
        assert linked.exists(), f"{name(document)} links to {target}"
        if heading:
            assert heading in anchors(linked), f"{name(document)} links to {target}"


def anchors(document):
    """Return the anchors that GitHub gives to the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_files_named_in_the_text_exist(document):
    """A path in backquotes is there, from the root or from camdigits/; NAME is a placeholder."""
    roots = (ROOT, ROOT / "camdigits")
    folders = {path.name for root in roots for path in root.iterdir() if path.is_dir()}
    for path in re.findall(r"`([a-z]+/[\w./-]+)`", document.read_text()):
        if path.partition("/")[0] in folders and "NAME" not in path:
            found = [root for root in roots if (root / path).exists()]
            assert found, f"{name(document)} names {path}"


@pytest.mark.parametrize("package", ["camdigits", "train"])
def test_the_layout_lists_every_entry(package):
    """docs/architecture.md shows each top-level entry of both packages, and no other."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    (block,) = re.findall(rf"^{package}/ .*\n((?:  .*\n)+)", text, re.MULTILINE)
    shown = {line.split()[0].rstrip("/") for line in block.splitlines()}
    there = {path.name for path in (ROOT / package).iterdir() if path.name[0] not in "_."}

    assert shown == there - {"py.typed"}


def test_every_page_of_docs_is_linked():
    """Each page of docs/ is reached from README.md."""
    linked = set(re.findall(r"\]\((docs/[\w./-]+\.md)\)", (ROOT / "README.md").read_text()))

    assert linked >= {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")}


@pytest.fixture(scope="module")
def desk(tmp_path_factory, demo_clip):
    """Return a folder with the inputs that the documents name."""
    folder = tmp_path_factory.mktemp("desk")
    golden = ROOT / "tests" / "golden"
    shutil.copytree(golden, folder / "tests" / "golden", ignore=shutil.ignore_patterns("*.py"))
    (folder / "scans").mkdir()
    for copy in ("page.jpg", "digit.png", "scans/a.png"):
        convert(golden / "form.jpg", folder / copy)
    shutil.copy(ROOT / "docs" / "examples" / "settings.toml", folder)
    shutil.copy(demo_clip, folder / "clip.mp4")
    return folder


def convert(source, target):
    """Write a picture in the format of the target's suffix."""
    from camdigits.image import cv2

    cv2.imwrite(str(target), cv2.imread(str(source)))


@pytest.mark.parametrize("command", RUN)
def test_documented_commands_run(desk, command):
    """A command that a document gives ends with status 0."""
    program, *arguments = shlex.split(command)
    if program == "python":
        pytest.importorskip("matplotlib")
        arguments = arguments[1:]  # after -m
    else:
        arguments = ["camdigits", *arguments]
    arguments = [each.replace("/tmp/", f"{desk}/") for each in arguments]
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=desk,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    allowed = {0, 1} if command.startswith(MAY_FAIL) else {0}
    assert done.returncode in allowed, done.stdout + done.stderr


def test_there_are_commands_to_run():
    """The documents give commands, and some of each program are run."""
    assert [each for each in RUN if each.startswith("camdigits ")]
    assert [each for each in RUN if each.startswith("python -m train ")]


@pytest.mark.parametrize(
    "command", sorted({line for document in DOCUMENTS for line in commands(document)})
)
def test_documented_options_exist(command):
    """Every command and option that a document gives is known to its program."""
    import click

    words = shlex.split(command)
    if words[0] == "camdigits":
        from camdigits.app.cli import cli

        words = words[1:]
    else:
        pytest.importorskip("matplotlib")
        from train.commands.cli import cli

        words = words[3:]
    group = cli
    while isinstance(group, click.Group) and words and not words[0].startswith("-"):
        assert words[0] in group.commands, command
        group, words = group.commands[words[0]], words[1:]
    known = {opt for each in group.params for opt in (*each.opts, *each.secondary_opts)}
    given = {word for word in words if re.match(r"--?[a-z]", word)}
    assert given <= known | {"--help", "-h", "--version"}, command
