#!/usr/bin/env python3
"""
Run the portal, the tests and the tools: python3 dev.py VERB [ARGUMENTS]

    portal [--port N] [--data DIR] [--https] [--check]
                        serve the example portal with demo data; --check walks through it and exits
    cases [--port N] [--data DIR] [--https]
                        serve the example case files, a Django project, with demo data
    test [--deep] [...] run the tests; --deep adds the long proofs; the rest goes to pytest
    cover [...]         run the tests and show which lines and branches they miss
    lint [--fix]        ruff check, ruff format and the import contracts
    types               mypy, pyright, and whether the public face is typed throughout
    capabilities        run the contract of every store and write docs/reference/stores.md
    bench [NAME] [...]  run benchmarks/NAME.py; without a name, list them
    pins [--upgrade]    write constraints.txt anew from pyproject.toml
    all                 lint, types, test and portal --check

It needs Python 3.11 or newer and nothing else. The first start makes a virtual environment and
installs what the verb needs, pinned by constraints.txt; later starts find it ready.
The environment is .venv beside this file, or the folder named by SHAREKIT_VENV.
`portal` and `cases` run in the folder you are in, everything else in the folder of this file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / os.environ.get("SHAREKIT_VENV", ".venv")
WINDOWS = sys.platform == "win32"
SCRIPTS = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = SCRIPTS / ("python.exe" if WINDOWS else "python")
STAMP = VENV / "dev.json"  # what is installed; absent while an installation is under way
LOCK = VENV / "dev.lock"
ROOM = 2 * 1024**3  # bytes that a run of the tests may need for its temporary files

# What the verbs need, as extras of the package and dependency groups; each set holds the one before.
STORES_AND_DOORS = ["asgi", "azure", "django", "flask", "magic", "mail", "mariadb", "postgresql", "s3", "testing"]
SETS: dict[str, tuple[list[str], list[str]]] = {
    "portal": (["flask"], []),
    "cases": (["django", "flask"], []),
    "test": (STORES_AND_DOORS, ["browser", "hosts", "servers", "test"]),
    "dev": (STORES_AND_DOORS, ["dev"]),
    "bench": (STORES_AND_DOORS, ["bench", "dev"]),
}
GROUPS = "--group bench --group dev"
BESIDE = ("-p", "tests.capabilities", "--capabilities=beside")  # the tests, and whether the page of the stores is right
PINS = f"pip compile pyproject.toml {GROUPS} --all-extras --universal --no-emit-index-url --no-header --no-annotate"
PATIENT = ["-o", "faulthandler_timeout=3600"]  # a long proof on a busy machine does not hang
NO_INSTALLER = (
    "dev.py: found nothing that can install packages. Get it and run the same command again:"
    " on Debian and Ubuntu `sudo apt-get install python3-venv`, elsewhere `uv` or `virtualenv`."
)


def say(text: str) -> None:
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


def run(*command: object, quiet: bool = False, cwd: Path = ROOT) -> bool:
    """Run a command to its end and say whether it succeeded; a missing program has failed."""
    sink = subprocess.DEVNULL if quiet else None
    try:
        return subprocess.call([str(part) for part in command], cwd=cwd, stdout=sink, stderr=sink, close_fds=False) == 0
    except OSError:
        return False


# --- the virtual environment and what is in it -------------------------------------------------


def home() -> str:
    """Name what an environment cannot outlive: its interpreter and the place of the checkout."""
    return f"{sys.version} {sys.base_prefix} {ROOT}"


def inputs() -> str:
    """Digest what decides what is installed: two files, and the sets above."""
    files = (ROOT / "pyproject.toml", ROOT / "constraints.txt")
    return hashlib.sha256(b"\0".join([*(file.read_bytes() for file in files), repr(SETS).encode()])).hexdigest()


def stamp() -> dict[str, str]:
    """Read what is installed; nothing, when it is for another interpreter or only half done."""
    try:
        found: dict[str, str] = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if found.get("home") == home() and PYTHON.exists() else {}


def ready(name: str) -> bool:
    found, order = stamp(), list(SETS)
    return found.get("inputs") == inputs() and order.index(found["set"]) >= order.index(name)


def prepare(name: str) -> None:
    """Make sure that a set is installed. The stamp is written last, so an interrupted run starts over."""
    if ready(name):
        return
    if (VENV / "pyvenv.cfg").exists() and not LOCK.exists():
        sys.exit(f"dev.py: {VENV} was not made by dev.py; move it away, or name another folder in SHAREKIT_VENV.")
    VENV.mkdir(parents=True, exist_ok=True)
    with only_one():
        if ready(name):
            return
        started = time.monotonic()
        if not stamp():
            make_environment()
        STAMP.unlink(missing_ok=True)
        install(name)
        STAMP.write_text(json.dumps({"home": home(), "inputs": inputs(), "set": name}), "utf-8")
        say(f"ready after {time.monotonic() - started:.0f} s")


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Let one process at a time work on the environment."""
    with LOCK.open("a+b") as lock:
        if sys.platform == "win32":
            import msvcrt

            while True:
                with contextlib.suppress(OSError):  # it gives up after ten seconds
                    msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
                    break
        else:
            import fcntl

            os.set_inheritable(lock.fileno(), True)  # noqa: FBT003  so an installer that outlives us keeps the lock
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("waiting for another dev.py to finish its installation")
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_environment() -> None:
    """Make an environment anew; without pip, since that asks no more than the standard library."""
    say(f"making {VENV} with Python {sys.version.split()[0]}")
    for path in VENV.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path != LOCK:
            path.unlink()
    try:
        import venv
    except ImportError:  # some systems package it apart
        by_uv = run("uv", "venv", "--quiet", "--allow-existing", "--python", sys.executable, VENV)
        if not by_uv and not run(sys.executable, "-m", "virtualenv", "--quiet", VENV):
            sys.exit(NO_INSTALLER)
    else:
        venv.create(VENV, with_pip=False, symlinks=not WINDOWS)


def install(name: str) -> None:
    """Install a set with uv where there is one, otherwise with whatever pip can be found."""
    os.environ.update(PIP_USER="0", PIP_NO_INPUT="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
    wanted = requirements(name)
    found = False
    for tool, find in (("uv", find_uv), ("pip", find_pip)):
        command = find()
        if command:
            found = True
            say(f"installing what `{name}` needs, with {tool}; the first time this takes a while")
            if run(*command, "--quiet", *wanted):
                return
    sys.exit("dev.py: the packages could not be installed; the lines above say why." if found else NO_INSTALLER)


def requirements(name: str) -> list[str]:
    """Spell out a set as arguments that every pip understands, also one that knows no groups."""
    import tomllib

    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]

    def members(group: str) -> Iterator[str]:
        for item in groups[group]:
            yield from [item] if isinstance(item, str) else members(item["include-group"])

    extras, named = SETS[name]
    wanted = dict.fromkeys(requirement for group in named for requirement in members(group))
    return ["-c", "constraints.txt", "-e", f".[{','.join(extras)}]", *wanted]


def find_uv() -> list[object]:
    for uv in (SCRIPTS / ("uv.exe" if WINDOWS else "uv"), "uv"):
        if run(uv, "--version", quiet=True):
            return [uv, "pip", "install", "--python", PYTHON]
    return []


def find_pip() -> list[object]:
    """Find a pip for the environment, from the usual place to the last resort."""
    inside = [PYTHON, "-m", "pip"]
    outside = [sys.executable, "-m", "pip", "--python", PYTHON]
    if (
        run(*inside, "--version", quiet=True)
        or run(PYTHON, "-m", "ensurepip", "--default-pip", quiet=True)
        or run(sys.executable, "-m", "virtualenv", VENV, quiet=True)
    ):
        return [*inside, "install"]
    if run(*outside, "--version", quiet=True):
        return [*outside, "install"]
    if pip_from_wheel(Path("/usr/share/python-wheels")) or pip_from_debian():
        return [*inside, "install"]
    return []


def pip_from_wheel(folder: Path) -> bool:
    """Let a wheel of pip, which runs without being installed, install itself."""
    install_itself = ("install", "--quiet", "--no-index", "--no-deps")
    return any(run(PYTHON, wheel / "pip", *install_itself, wheel) for wheel in folder.glob("pip-*.whl"))


def pip_from_debian() -> bool:
    """Fetch Debian's package of pip, as any user, and unpack it; nothing of the system is changed."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return False
    say("this Python has no pip; fetching Debian's package python3-pip-whl for this environment only")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "lists/partial").mkdir(parents=True)
        (folder / "cache/archives/partial").mkdir(parents=True)
        apt = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root"]
        apart = [*apt, "-o", f"Dir::State::Lists={folder}/lists", "-o", f"Dir::Cache={folder}/cache"]
        download = ["download", "python3-pip-whl"]
        if not run(*apt, *download, quiet=True, cwd=folder):  # there are no package lists, or old ones
            run(*apart, "update", cwd=folder)
            run(*apart, *download, cwd=folder)
        for package in folder.glob("*.deb"):
            run("dpkg-deb", "-x", package, folder / "unpacked")
        return pip_from_wheel(folder / "unpacked/usr/share/python-wheels")


# --- the verbs ---------------------------------------------------------------------------------


def spread(rest: list[str]) -> list[str]:
    """
    Have the whole of the tests run on every core; a part of them, or what says -n itself, runs as it is told.

    The tests say which of their files are begun first; long proofs are run patiently.
    """
    whole = all(word in {"--deep", "-q", "-v", "-x", *BESIDE} for word in rest)
    cores = str(min(os.cpu_count() or 1, 8))
    rest = [*rest, *PATIENT] if "--deep" in rest else rest
    return [*rest, "-n", cores, "--dist", "loadfile", "--no-loadscope-reorder"] if whole else rest


def side_by_side(steps: Sequence[Sequence[object]]) -> Iterator[bool]:
    """Run steps of one processor each on as many as there are; what each says comes as a whole, in their order."""
    import concurrent.futures

    def said(step: Sequence[object]) -> subprocess.CompletedProcess[bytes]:
        words = [str(part) for part in (PYTHON, *step)]
        return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as several:
        for done in several.map(said, steps):
            sys.stdout.buffer.write(done.stdout)
            sys.stdout.flush()
            yield done.returncode == 0


def keep_in_memory() -> None:
    """
    Keep the temporary files of tests in memory, where the system has room for them and nobody named a place.

    Stores wait for the disk at each commit, and so would tests; what a test kills is a process and never the
    machine, so it loses the same on any disk.
    """
    place = Path("/dev/shm")  # noqa: S108  # Linux's own; the files in it are made as in any temporary folder
    with contextlib.suppress(OSError):
        if "TMPDIR" not in os.environ and shutil.disk_usage(place).free >= ROOM and os.access(place, os.W_OK | os.X_OK):
            os.environ["TMPDIR"] = str(place)


def commands(rest: list[str]) -> dict[str, tuple[str, Sequence[Sequence[object]]]]:
    """Spell out the verbs: the set that each needs, and what the environment's Python then runs."""
    imports = "from importlinter.cli import lint_imports_command as main; main()"
    form = ["-m", "ruff", "format", *([] if rest else ["--check"])]
    lint: list[Sequence[object]] = [["-m", "ruff", "check", *rest], form, ["-c", imports, "--no-logo"]]
    cover = [["erase"], ["run", "-m", "pytest", *rest], ["combine"], ["report"]]
    pyright = ["-m", "pyright", "--pythonpath", PYTHON]
    verify = ["tests/typing/completeness.py"]
    types: list[Sequence[object]] = [["-m", "mypy"], pyright, verify]
    benchmark = ROOT / "benchmarks" / f"{rest[0] if rest else ''}.py"
    return {
        "portal": ("portal", [["-m", "flask_portal", *rest]]),
        "cases": ("cases", [["-m", "django_cases", *rest]]),
        "test": ("test", [["-m", "pytest", *spread(rest)]]),
        "cover": ("test", [["-m", "coverage", *words] for words in cover]),
        "lint": ("dev", lint),
        "types": ("dev", types),
        "capabilities": ("test", [["-m", "pytest", "-q", "-p", "tests.capabilities", *rest]]),
        "bench": ("bench", [[benchmark, *rest[1:]]]),
        "pins": ("dev", [["-m", "uv", *PINS.split(), "--quiet", "-o", "constraints.txt", *rest]]),
        "all": ("dev", [*lint, *types, ["-m", "pytest", *spread([])], ["-m", "flask_portal", "--check"]]),
    }


def main(arguments: list[str]) -> None:
    """Read the verb, make the environment ready, and run the verb in it."""
    if sys.version_info < (3, 11):
        sys.exit(
            f"dev.py: Python 3.11 or newer is needed, and this is {sys.version.split()[0]} ({sys.executable})."
            " Run the same command with a newer one, for example python3.11."
        )
    verb, rest = (arguments or ["--help"])[0], arguments[1:]
    verbs = commands(rest)
    if verb in {"-h", "--help"}:
        print((__doc__ or "").strip())
        sys.exit(0 if arguments else 2)
    if verb not in verbs:
        sys.exit(f"dev.py: there is no verb {verb!r}; there are {', '.join(verbs)} (see python3 dev.py --help).")
    needed, steps = verbs[verb]
    benchmarks = sorted(path.stem for path in (ROOT / "benchmarks").glob("[!_]*.py"))
    if verb == "bench" and rest[:1] not in [[name] for name in benchmarks]:
        sys.exit("benchmarks: " + (", ".join(benchmarks) or "none yet"))
    if verb != "pins" or not run(PYTHON, "-m", "uv", "--version", quiet=True):  # old pins may not fit new bounds
        prepare(needed)
    paths = [str(ROOT / "src"), str(ROOT / "examples"), os.environ.get("PYTHONPATH")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    if verb not in {"portal", "cases"}:
        os.chdir(ROOT)
        # Tests and tools start hundreds of Pythons, each of which would compile all that it imports.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if verb in {"test", "cover", "capabilities", "all"}:  # what is measured by `bench` waits for a real disk
        keep_in_memory()
    if len(steps) == 1 and not WINDOWS:
        os.execv(PYTHON, [str(part) for part in (PYTHON, *steps[0])])
    done = side_by_side(steps) if verb == "types" else (run(PYTHON, *step, cwd=Path.cwd()) for step in steps)
    failed = [str(step[:2][-1]) for step, passed in zip(steps, done, strict=True) if not passed]
    if failed:
        sys.exit("dev.py: failed: " + ", ".join(name.partition(" import ")[0] for name in failed))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
