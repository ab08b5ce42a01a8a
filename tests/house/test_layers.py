"""Who may import whom (DESIGN section 9) is held by the contracts in pyproject.toml; the rest of it is held here."""

import ast
import subprocess
import sys

from tests.house import house

# The domain is pure: it waits for nothing, reads no clock and touches no machine.
IMPURE = {
    "asyncio",
    "os",
    "random",
    "secrets",
    "selectors",
    "socket",
    "subprocess",
    "tempfile",
    "threading",
    "time",
}
READS_THE_CLOCK = {"now", "utcnow", "today"}


def test_import_contracts_hold() -> None:
    """Imports go downward only, and each outside library is met in its own layer."""
    lint = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
        "--no-cache",
    ]
    held = subprocess.run(lint, cwd=house.ROOT, capture_output=True, text=True, check=False)
    assert held.returncode == 0, held.stdout + held.stderr


def test_the_domain_imports_the_standard_library_and_itself() -> None:
    """Whatever is not in the standard library, or is not pure, stays out of the domain."""
    outside = [
        f"{house.name(path)} imports {module}"
        for path in house.list_modules("app/domain")
        for module in _list_imports(house.parse(path))
        if not module.startswith("app.domain") and not _is_pure(module)
    ]
    assert outside == []


def test_the_domain_reads_no_clock() -> None:
    """Time is given to the domain, so that the same values always give the same answer."""
    reads = [
        f"{house.name(path)}:{node.lineno}"
        for path in house.list_modules("app/domain")
        for node in ast.walk(house.parse(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in READS_THE_CLOCK
    ]
    assert reads == []


def _is_pure(module: str) -> bool:
    top = module.partition(".")[0]
    return top in sys.stdlib_module_names and top not in IMPURE


def _list_imports(tree: ast.Module) -> list[str]:
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
    return found
