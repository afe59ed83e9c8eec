"""The scripts of docs/examples/ run, and they and the Python of the documents are typed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "docs" / "examples"
SCRIPTS = sorted(path.name for path in EXAMPLES.glob("*.py"))
FORM = ROOT / "tests" / "golden" / "form.jpg"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.fixture
def run(tmp_path):
    """Return a function that runs a script in an empty folder."""

    def start(script, *arguments, before="", status=0):
        """Run a script, after some Python of the test; return what it printed."""
        path = [str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
        code = f"{before}\nimport runpy, sys\nsys.argv = sys.argv[1:]\n"
        code += "runpy.run_path(sys.argv[0], run_name='__main__')"
        done = subprocess.run(
            [sys.executable, "-c", code, EXAMPLES / script, *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == status, done.stderr
        return done.stdout if status == 0 else done.stderr

    return start


def test_photo(run, tmp_path):
    """It prints the numbers and writes an annotated copy."""
    printed = run("photo.py", FORM, "marked.jpg")

    assert [line.split()[0] for line in printed.splitlines()] == ["20417", "8635", "190", "7724"]
    assert (tmp_path / "marked.jpg").stat().st_size > 0


def test_folder_to_csv(run, tmp_path):
    """The table has a header and a row per digit of every picture."""
    run("folder_to_csv.py", ROOT / "tests" / "golden", "digits.csv")

    header, *rows = (tmp_path / "digits.csv").read_text().splitlines()
    assert header.startswith("source,frame,time_s,label")
    assert len(rows) > 200


def test_webcam(run):
    """It prints a line per frame, and ends after the frames it was given."""
    lines = run("webcam.py", "demo", 8).splitlines()

    assert len(lines) == 8
    assert "3141592" in lines[-1]


def test_annotate_video(run, tmp_path, demo_clip):
    """The copy is a video file."""
    run("annotate_video.py", demo_clip, "marked.mp4")

    assert (tmp_path / "marked.mp4").stat().st_size > 10_000


def test_readings_to_table(run, tmp_path):
    """Each number of each reading is a row."""
    numbers = [{"text": "12", "score": 0.9}, {"text": "7", "score": 0.8}]
    reading = {"source": "a.mp4", "frame": 3, "time_s": 0.1, "numbers": numbers}
    (tmp_path / "readings.jsonl").write_text(f"{json.dumps(reading)}\n" * 2)

    run("readings_to_table.py", "readings.jsonl", "numbers.csv")

    lines = (tmp_path / "numbers.csv").read_text().splitlines()
    assert lines == [
        "source,frame,time_s,text,score",
        *["a.mp4,3,0.1,12,0.9", "a.mp4,3,0.1,7,0.8"] * 2,
    ]


def test_own_scorer(run):
    """Even printed templates read some handwritten numbers; the labels are the scorer's."""
    assert "20417" in run("own_scorer.py", FORM).split()


def test_embeddings(run):
    """Most digits lie closest to a digit of the same label."""
    lines = [line.split() for line in run("embeddings.py", FORM).splitlines()]

    assert len(lines) >= 16
    assert sum(words[0] == words[-1] for words in lines) >= len(lines) / 2


def test_number_events(run, demo_clip):
    """Each number of the clip is reported once as stable."""
    lines = run("number_events.py", demo_clip).splitlines()

    assert sum("stable: 3141592" in line for line in lines) == 1


def test_own_sink(run, tmp_path, demo_clip):
    """The sink writes its picture."""
    run("own_sink.py", demo_clip, "last.png")

    assert (tmp_path / "last.png").stat().st_size > 0


def test_picamera_headless(run, tmp_path):
    """With a camera it ends after its frames; the file holds events only."""
    stand_in = "from support.fake_picamera2 import installed\nfake = installed()\nfake.__enter__()"
    run("picamera_headless.py", "events.jsonl", 5, before=stand_in)

    events = tmp_path / "events.jsonl"
    assert not events.exists() or all("event" in line for line in events.open())


def test_picamera_headless_without_picamera2(run):
    """Without picamera2 it ends with one line and the status of a source that cannot be opened."""
    missing = "import sys\nsys.modules['picamera2'] = None"
    message = run("picamera_headless.py", before=missing, status=3)

    assert message.startswith("cannot open picamera")
    assert message.count("\n") == 1


def test_settings_from_toml(run):
    """The settings beside the script are valid."""
    assert "20417" in run("settings_from_toml.py", FORM).splitlines()


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_short_and_tested(script):
    """A script has 10 to 30 lines below its docstring, which names its command; a test runs it."""
    docstring, code = (EXAMPLES / script).read_text().removeprefix('"""').split('"""', 1)

    assert f"Usage: python docs/examples/{script}" in docstring
    assert 10 <= len(code.strip().splitlines()) <= 30
    assert f"def test_{script.removesuffix('.py')}(" in Path(__file__).read_text()


def python_blocks(document):
    """Return the fenced Python blocks of a document."""
    return re.findall(r"^```python\n(.*?)^```", document.read_text(), re.DOTALL | re.MULTILINE)


def test_examples_are_typed(tmp_path):
    """One strict mypy run over the scripts and over the Python of README.md and docs/*.md."""
    pytest.importorskip("mypy")
    for document in DOCUMENTS:
        blocks = python_blocks(document)
        for number, block in enumerate(blocks):
            name = re.sub(r"\W", "_", document.stem.lower())
            (tmp_path / f"{name}_{number}.py").write_text(block)
    assert list(tmp_path.glob("readme_*.py")), "README.md has no Python"

    files = [*EXAMPLES.glob("*.py"), *tmp_path.glob("*.py")]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull, *files],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
