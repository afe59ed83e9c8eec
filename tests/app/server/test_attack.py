"""Requests nobody would send on purpose: random ones, and damaged pictures."""

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.command import ROOT
from support.serving import GOLDEN, JPEG, client_of, make_site, serving_page

from camdigits.image import cv2

CASES = 2000  # of schemathesis
PICTURES = 1000
SEED = 20


def test_random_requests_get_documented_answers(tmp_path):
    """Schemathesis finds no answer that the description does not have, and no error of ours."""
    pytest.importorskip("schemathesis", reason="needs the extra [test]")
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "make_pictures",
        "PYTHONPATH": os.pathsep.join((str(Path(__file__).parent), str(ROOT))),
    }
    with serving_page("demo", "--snapshots", "out", cwd=tmp_path) as server:
        command = [
            Path(sys.executable).parent / "schemathesis",
            "run",
            f"{server.address}api/v1/openapi.json",
            *("--max-examples", "140", "--seed", str(SEED), "--no-color"),
        ]
        result = subprocess.run(
            list(map(str, command)),
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=500,
        )
        assert server.get("healthz")[0] == 200
        server.process.terminate()
        _, errors = server.process.communicate()

    assert result.returncode == 0, result.stdout[-8000:]
    (count,) = re.findall(r"(\d+) generated", result.stdout)
    assert int(count) >= CASES
    assert "Traceback" not in errors


def damaged(seeds, rng):
    """Return a picture file with bytes changed, cut out, doubled or replaced."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(data))
        way = rng.randrange(4)
        if way == 0:
            data[at] = rng.randrange(256)
        elif way == 1:
            del data[at : at + rng.randrange(64)]
        elif way == 2:
            data[at:at] = data[at : at + rng.randrange(64)]
        else:
            data[at : at + 4] = rng.randbytes(4)
        if not data:
            return b"\0"
    return bytes(data[: rng.randrange(1, len(data) + 1)] if rng.random() < 0.3 else data)


def test_damaged_pictures_get_an_answer():
    """A reading or one line; never another status, whatever the bytes are."""
    rng = random.Random(SEED)
    small = cv2.resize(cv2.imread(str(GOLDEN / "small.jpg")), (240, 180))
    kinds = (".jpg", ".png", ".webp", ".bmp", ".tiff")
    seeds = [bytes(cv2.imencode(kind, small)[1]) for kind in kinds]
    statuses = {200: 0, 413: 0, 422: 0}

    with client_of(make_site()) as client:
        for _ in range(PICTURES):
            answer = client.post("/api/v1/read", content=damaged(seeds, rng), headers=JPEG)
            statuses[answer.status_code] += 1
            body = json.loads(answer.content)
            if answer.status_code != 200:
                assert "\n" not in body["error"]

    assert min(statuses[200], statuses[422]) > PICTURES // 10
