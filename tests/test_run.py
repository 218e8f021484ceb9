"""run.py: one small file that any Python can at least read."""

import ast
import io
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

from classroom_edge import parts

RUN = Path(__file__).resolve().parent.parent / "run.py"
TOO_NEW = (
    ast.JoinedStr,
    ast.AnnAssign,
    ast.NamedExpr,
    ast.Match,
    ast.AsyncFunctionDef,
)


def test_it_uses_nothing_that_an_old_python_cannot_parse() -> None:
    tree = ast.parse(RUN.read_text("utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert not [node for node in ast.walk(tree) if isinstance(node, TOO_NEW)]
    assert not [f.name for f in functions if f.returns or f.args.kwonlyargs or f.args.posonlyargs]
    assert not [arg for f in functions for arg in f.args.args if arg.annotation]


def test_it_declares_its_encoding_where_python_2_looks_for_it() -> None:
    encoding, lines = tokenize.detect_encoding(io.BytesIO(RUN.read_bytes()).readline)
    assert encoding == "utf-8"
    assert any(b"coding" in line for line in lines)


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(RUN.read_text("utf-8"))
    names = {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
    names |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert names - set(sys.stdlib_module_names) == {"classroom_edge"}  # its table of parts


def test_the_table_of_parts_needs_nothing_but_the_standard_library() -> None:
    code = "import sys; from classroom_edge import parts; print(*sys.modules)"
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        f"import sys; sys.path.append({str(RUN.parent)!r}); {code}",
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    roots = {name.partition(".")[0] for name in said}
    assert roots - set(sys.stdlib_module_names) <= {"classroom_edge", "__main__", "sitecustomize"}


@pytest.mark.parametrize("part", parts.PARTS, ids=lambda part: part.name)
def test_every_part_has_a_loss_in_both_languages_and_a_remedy(part: parts.Part) -> None:
    assert part.loss_zh
    assert part.loss_en
    assert part.remedy
    assert all(package in part.remedy for package in part.debian)


def test_an_unknown_part_is_a_mistake_of_the_test() -> None:
    with pytest.raises(KeyError):
        parts.runs_here("philosophers-stone")


def test_a_test_without_its_part_is_named_and_left_out_but_fails_in_ci(tmp_path: Path) -> None:
    suite = tmp_path / "tests"
    suite.mkdir()
    (suite / "conftest.py").write_text((RUN.parent / "tests" / "conftest.py").read_text("utf-8"))
    (suite / "test_it.py").write_text(
        "import pytest\n@pytest.mark.needs('chromium')\ndef test_page() -> None: pass\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(suite)]
    command += ["-c", str(RUN.parent / "pyproject.toml"), "--rootdir", str(tmp_path)]
    report = tmp_path / "left-out.txt"
    bare = {
        "PATH": str(tmp_path),
        "CLASSROOM_EDGE_LEFT_OUT": str(report),
        "PYTHONPATH": str(RUN.parent),
    }
    without = subprocess.run(command, env=bare, capture_output=True, text=True, check=False)
    assert without.returncode == 0, without.stdout
    assert "test_page: chromium" in report.read_text("utf-8")
    in_ci = subprocess.run(command, env={**bare, "CI": "true"}, capture_output=True, check=False)
    assert in_ci.returncode == 1


@pytest.mark.parametrize(("steady", "status"), [("once", 0), ("never", 1)])
def test_a_test_that_failed_is_run_by_itself_and_named_if_it_passes_then(
    tmp_path: Path, steady: str, status: int
) -> None:
    (tmp_path / "run.py").write_text(RUN.read_text("utf-8"), "utf-8")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (tmp_path / "test_it.py").write_text(
        "from pathlib import Path\n"
        "def test_page() -> None:\n"
        "    was_here = Path('was-here').exists()\n"
        "    Path('was-here').touch()\n"
        f"    assert was_here and {steady!r} == 'once'\n"
    )
    suite = [str(python), "-m", "pytest", "-q"]
    assert subprocess.run(suite, cwd=tmp_path, check=False, capture_output=True).returncode == 1
    again = [str(python), "-c", "import os, run, sys; sys.exit(run.test_again(dict(os.environ)))"]
    done = subprocess.run(again, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == status
    assert ("test_it.py::test_page" in done.stderr) is (status == 0)
