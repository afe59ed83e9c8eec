"""The house's one-way street, proven from the source: a module imports only from below itself."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# From the ground up; a module imports from lower storeys alone.
STOREYS = (
    {"camdigits", "errors", "closing"},
    {"values"},
    {"image", "sources.base", "sinks.base", "card"},
    {"outlines"},
    {
        "glyph",
        "lines",
        "cuts",
        "ink",
        "group",
        "belief",
        "moving",
        "watch",
        "formats",
        "handwriting",
        "paper",
        "meter",
        "keys",
        "area",
        "canvas",
    },
    {"frames", "classify", "pictures", "tflite", "status", "track"},
    {"regions", "prior", "split", "strokes", "upright", "context", "draw", "sources", "sinks"},
    {"texture"},
    {"reader"},
    {"bench", "doctor", "session", "feed", "jobs"},
    {"live", "options", "wording"},
    {"about"},
    {"cli"},
    {"__main__"},
)
ONLY_IN = {
    "cv2": {"image"},
    "ai_edge_litert": {"tflite"},
    "tflite_runtime": {"tflite"},
    "av": {"sinks.encode_av"},
    "click": {"cli", "about", "options"},
    "tqdm": {"cli"},
}
TRAINING = {"tensorflow", "keras", "sklearn", "matplotlib", "train"}


def modules():
    """Every module of the package: its name within it, and its tree."""
    for path in sorted((ROOT / "camdigits").rglob("*.py")):
        parts = path.relative_to(ROOT / "camdigits").with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__") or "camdigits"
        yield name, ast.parse(path.read_text())


def imports(tree):
    """Names of all modules that a tree imports, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


MODULES = dict(modules())


def storey(name):
    """Height of a module; those of sources and sinks share one unless they are named."""
    for height, names in enumerate(STOREYS):
        if name in names:
            return height
    package = name.partition(".")[0]
    if package in ("sources", "sinks"):
        return storey(package)
    raise AssertionError(f"{name} has no storey yet: give it one in STOREYS")


def ours(tree):
    """The package's own modules that a tree imports."""
    names = {name.removeprefix("camdigits.") for name in imports(tree)}
    return names & set(MODULES) - {"camdigits"}


@pytest.mark.parametrize("name", [name for name in MODULES if name != "camdigits"])
def test_imports_point_down(name):
    """Data goes one way, so imports do; sources and sinks may use their own kind."""
    package = name.partition(".")[0]
    for other in ours(MODULES[name]):
        kin = package in ("sources", "sinks") and other.partition(".")[0] == package
        assert kin or storey(other) < storey(name), f"{name} imports {other} from above or beside"


def test_the_outside_is_touched_by_one_file_each():
    """Camera, window, model runtime and terminal each have one door."""
    for name, tree in MODULES.items():
        for other in imports(tree):
            root = other.partition(".")[0]
            assert name in ONLY_IN.get(root, {name}), f"{name} imports {root}"


def test_the_product_knows_nothing_of_training():
    """TensorFlow at run time is a defect."""
    for name, tree in MODULES.items():
        roots = {other.partition(".")[0] for other in imports(tree)}
        assert not roots & TRAINING, f"{name} imports {roots & TRAINING}"


def test_windows_and_captures_have_one_home_each():
    """Only sinks/window.py shows, only sources capture, only the recorder writes video."""
    homes = {
        "imshow": {"sinks.window"},
        "waitKey": {"sinks.window"},
        "namedWindow": {"sinks.window"},
        "VideoCapture": {"sources.capture"},
        "VideoWriter": {"sinks.encode_cv"},
    }
    for name, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "cv2":
                assert name in homes.get(node.attr, {name}), f"{name} uses cv2.{node.attr}"


def test_only_the_training_needs_what_it_installs():
    """What the product imports is in the standard library or a declared dependency."""
    allowed = {"camdigits", "cv2", "numpy", "click", "tqdm", "av", *sys.stdlib_module_names}
    dynamic = {"ai_edge_litert", "tflite_runtime"}
    for name, tree in MODULES.items():
        strange = {other.partition(".")[0] for other in imports(tree)} - allowed - dynamic
        assert not strange, f"{name} imports {strange}"
