"""The layers of both packages, proven from the source: a module imports only from below itself."""

import ast
import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAX_ENTRIES = 20  # on the top level of a package
# Each package's top-level entries from the bottom up. An entry imports from itself and from lower
# layers; entries of one layer do not import each other.
LAYERS = {
    "camdigits": (
        "errors closeable",
        "values",
        "image",
        "geometry",
        "meter synth",
        "segment layout render sources sinks",
        "recognize",
        "config track roi",
        "stages",
        "reader",
        "pipeline",
        "app",
        "__main__",
    ),
    "train": (
        "errors",
        "writers",
        "data",
        "simulate metrics",
        "fit",
        "baselines benchmarks report",
        "studies",
        "commands",
        "__main__",
    ),
}
ONLY_IN = {  # what the outside world is touched by
    "cv2": {"image"},
    "ai_edge_litert": {"recognize.tflite"},
    "tflite_runtime": {"recognize.tflite"},
    "av": {"sinks.encode_av"},
    "click": {"app"},
    "tqdm": {"app"},
    "starlette": {"app.server"},
    "uvicorn": {"app.server"},
    "prometheus_client": {"app.server"},
}
CV2_ONLY_IN = {
    "imshow": {"app.window.window"},
    "waitKey": {"app.window.window"},
    "namedWindow": {"app.window.window"},
    "VideoCapture": {"sources.capture"},
    "VideoWriter": {"sinks.encode_cv"},
}
TRAINING = {"tensorflow", "keras", "sklearn", "matplotlib", "train"}


def modules(package):
    """Every module of a package by its dotted name within it, with its tree."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT / package).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = ast.parse(path.read_text())
    return found


def imports(tree):
    """Names of all modules that a tree imports, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


MODULES = {package: modules(package) for package in LAYERS}
CAMDIGITS = MODULES["camdigits"]
EVERY = [(package, name) for package in LAYERS for name in MODULES[package] if name]


def own_imports(package, name):
    """Modules of a package that one of its modules imports."""
    prefix = f"{package}."
    names = {
        other.removeprefix(prefix)
        for other in imports(MODULES[package][name])
        if other.startswith(prefix)
    }
    return names & set(MODULES[package]) - {name}


def layer(package, entry):
    """Height of a top-level entry in the package's line."""
    for height, entries in enumerate(LAYERS[package]):
        if entry in entries.split():
            return height
    raise AssertionError(f"{package}/{entry} is in no layer: add it to LAYERS")


@pytest.mark.parametrize(("package", "name"), EVERY)
def test_imports_go_down(package, name):
    """A top-level entry imports from itself and from lower layers, never from a sibling."""
    entry = name.partition(".")[0]
    for other in own_imports(package, name):
        target = other.partition(".")[0]
        assert target == entry or layer(package, target) < layer(package, entry), (
            f"{package}.{name} imports {package}.{other} from above or beside"
        )


@pytest.mark.parametrize("package", LAYERS)
def test_no_import_cycle(package):
    """Modules inside one entry are in order, too."""
    graph = {name: own_imports(package, name) for name in MODULES[package] if name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("package", LAYERS)
def test_the_top_level_is_small(package):
    """A newcomer sees at most twenty names; each of them has a layer."""
    entries = {path.name for path in (ROOT / package).iterdir()}
    entries = {e.removesuffix(".py") for e in entries if not e.startswith(("__", "."))}
    entries -= {"py.typed", "LOG.md"}
    assert len(entries) <= MAX_ENTRIES
    for entry in entries:
        layer(package, entry)


def test_each_dependency_has_one_home():
    """Camera, window, model runtime and terminal are each touched by one module or package."""
    for name, tree in CAMDIGITS.items():
        for other in imports(tree):
            homes = ONLY_IN.get(other.partition(".")[0], {name})
            parents = {name[: dot.start()] for dot in re.finditer(r"\.", name)}
            assert homes & {name, *parents}, f"{name} imports {other}"


def test_the_runtime_package_does_not_import_training():
    """TensorFlow at run time is a defect."""
    for name, tree in CAMDIGITS.items():
        roots = {other.partition(".")[0] for other in imports(tree)}
        assert not roots & TRAINING, f"{name} imports {roots & TRAINING}"


def test_windows_and_captures_have_one_home_each():
    """Only one module shows pictures, one captures, one writes video with OpenCV."""
    for name, tree in CAMDIGITS.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "cv2":
                assert name in CV2_ONLY_IN.get(node.attr, {name}), f"{name} uses cv2.{node.attr}"


def test_only_declared_dependencies_are_imported():
    """What the product imports is in the standard library or a declared dependency."""
    allowed = {"camdigits", "cv2", "numpy", "click", "tqdm", "av", *sys.stdlib_module_names}
    allowed |= {"starlette", "uvicorn", "prometheus_client"}  # of the extra [serve]
    dynamic = {"ai_edge_litert", "tflite_runtime"}
    for name, tree in CAMDIGITS.items():
        strange = {other.partition(".")[0] for other in imports(tree)} - allowed - dynamic
        assert not strange, f"{name} imports {strange}"
