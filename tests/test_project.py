"""The project as a whole: style, types, what a wheel carries, and what the README promises."""

import os
import re
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def run(*command, **environment):
    """Run a tool in the checkout; its output is shown if it complains."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("check", [("check",), ("format", "--check")], ids=" ".join)
def test_the_code_is_clean(check):
    """Lint and format, as pyproject.toml says."""
    pytest.importorskip("ruff")
    run("ruff", *check, "--no-cache", ".")


def test_the_types_hold():
    """mypy, strict, over the product and the training."""
    pytest.importorskip("mypy")
    run("mypy", "--cache-dir", os.devnull)


def build(tmp_path, **environment):
    """Build the wheel and return it opened."""
    pytest.importorskip("hatchling")
    run("hatchling", "build", "-t", "wheel", "-d", str(tmp_path), **environment)
    (wheel,) = tmp_path.glob("*.whl")
    return zipfile.ZipFile(wheel)


def requirements(wheel):
    """Requirements of a wheel, without extras."""
    (name,) = (name for name in wheel.namelist() if name.endswith("METADATA"))
    lines = message_from_bytes(wheel.read(name)).get_all("Requires-Dist") or []
    return [line for line in lines if "extra ==" not in line]


def test_a_wheel_reads_at_once(tmp_path):
    """It carries the package with its page, the models with their cards, and no training."""
    names = build(tmp_path).namelist()

    assert {"camdigits/models/digits.tflite", "camdigits/models/digits.json"} <= set(names)
    assert "camdigits/py.typed" in names
    server = "camdigits/app/server"
    assert {f"{server}/openapi.json", f"{server}/static/index.html"} <= set(names)
    assert f"{server}/static/vendor/htm-preact.module.js" in names
    assert not [name for name in names if name.startswith(("train/", "tests/"))]


@pytest.mark.parametrize(
    ("flavour", "wanted"),
    [("", "opencv-python"), ("opencv-python-headless", "opencv-python-headless"), ("none", None)],
)
def test_opencv_comes_in_the_flavour_that_was_asked_for(tmp_path, flavour, wanted):
    """The flavours overwrite each other, so exactly one is named, or none."""
    lines = requirements(build(tmp_path, CAMDIGITS_OPENCV=flavour))

    found = [line.partition(">=")[0] for line in lines if line.startswith("opencv")]
    assert found == ([wanted] if wanted else [])


def test_the_install_is_small(tmp_path):
    """OpenCV, NumPy, the model's runtime, the command line and its bar: nothing else."""
    names = {line.partition(">=")[0] for line in requirements(build(tmp_path))}

    assert names == {"opencv-python", "numpy", "ai-edge-litert", "tflite-runtime", "click", "tqdm"}


def test_ci_runs_the_readmes_test_command():
    """One command, in both places."""
    command = (
        "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test,train]' "
        "&& .venv/bin/python -m pytest"
    )
    assert command in README
    assert command in (ROOT / ".ci" / "run").read_text()


def test_pictures_of_the_readme_are_there():
    """No broken links to files of the project."""
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if "://" not in target:
            assert (ROOT / target).exists(), target
