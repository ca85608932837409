"""The engine around the steps: its cache on disk, threads, interrupts, executors, progress and memory."""

import dataclasses
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import lifcourse
from lifcourse import _jobs, _progress, analysis, engine, fi_curve, presets, simulate, spike_counts

PACKAGE = Path(lifcourse.__file__).parent
needs_numba = pytest.mark.skipif(not engine.uses_numba(), reason="needs Numba")


def fresh(program, path, **environment):
    """What a fresh process prints, as words; it finds the package in `path`, before one that is installed."""
    environment = os.environ | {"PYTHONPATH": str(path), "PYTHONDONTWRITEBYTECODE": "1"} | environment
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.fixture
def copied(tmp_path):
    """A copy of the package, to be edited."""
    shutil.copytree(PACKAGE, tmp_path / "lifcourse", ignore=shutil.ignore_patterns("__pycache__", "static", "pages"))
    return tmp_path


# The cache on disk


RUN = """
import lifcourse, sys
assert lifcourse.__file__.startswith({path!r})
from lifcourse import engine, presets, simulate
print(simulate(presets.aelif, 3e-10, duration=2e-3, dt=1e-4).V[-1].hex())
if engine.uses_numba():
    stats = engine._loop_around(type(presets.aelif), True).stats
    print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))
"""


def run_copy(path, **environment):
    """The last potential of a short AELIF run, and how often machine code was found and was not."""
    potential, *counts = fresh(RUN.format(path=str(path)), path, NUMBA_CACHE_DIR=str(path / "cache"), **environment)
    return potential, [int(count) for count in counts]


def edit(path, name, old, new):
    """Replace a text in a file of the package, and leave the file's time as it was."""
    file = path / "lifcourse" / name
    before, text = file.stat(), file.read_text(encoding="utf-8")
    assert text.count(old) == 1, (name, old)
    file.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


STEP = ("models/aelif.py", "V = V + dV", "V = V - dV")
EXP = ("models/_exp.py", "even = 0.5 + r2 * even", "even = 0.7 + r2 * even")
ORDER = ("models/aelif.py", "    a: float\n    b: float\n", "    b: float\n    a: float\n")


@pytest.mark.slow
@needs_numba
def test_machine_code_is_found_again_and_never_stale(copied):
    original, counts = run_copy(copied)
    assert counts == [0, 1]
    assert run_copy(copied) == (original, [1, 0])
    potentials = {original}
    for name, old, new in (STEP, EXP):
        edit(copied, name, old, new)
        potential, counts = run_copy(copied)
        assert counts == [0, 1]
        assert potential not in potentials
        assert potential == run_copy(copied, LIFCOURSE_NUMBA="0")[0]
        potentials.add(potential)
    for name, old, new in (EXP, STEP):
        edit(copied, name, new, old)
    assert run_copy(copied) == (original, [1, 0])
    # another order of the parameters is another machine code for the same numbers
    edit(copied, *ORDER)
    assert run_copy(copied) == (original, [0, 1])


@pytest.mark.slow
@needs_numba
def test_edited_tally_is_compiled_anew(copied):
    # of the same length, in a file of the same time: Numba's own look at the file finds no difference
    run_copy(copied)
    edit(copied, "engine.py", "row[COUNT] += 1", "row[COUNT] += 2")
    assert run_copy(copied)[1] == [0, 1]


@pytest.mark.slow
@needs_numba
def test_nowhere_to_keep_machine_code(copied):
    # a file where a folder would have to be refuses even the superuser, whom permissions do not stop
    (copied / "lifcourse" / "__pycache__").write_text("")
    (copied / "home").write_text("")
    nowhere = {name: str(copied / "home") for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "IPYTHONDIR")}
    potential, *_ = fresh(RUN.format(path=str(copied)), copied, NUMBA_CACHE_DIR="", **nowhere)
    assert potential == simulate(presets.aelif, 3e-10, duration=2e-3, dt=1e-4).V[-1].hex()
    assert not list(copied.rglob("*.nb?"))


@needs_numba
def test_model_of_a_notebook_leaves_nothing_in_the_cache(tmp_path):
    program = """
from dataclasses import dataclass
from lifcourse import LIF, presets, simulate
@dataclass(frozen=True, kw_only=True)
class Own(LIF):
    @staticmethod
    def step(p, V, x, y, I, noise, dt):
        return 2.0 * V, x, y, False
print(simulate(Own(presets.lif.params), 0.0, duration=3e-4, dt=1e-4).V[-1])
"""
    assert fresh(program, PACKAGE.parent, NUMBA_CACHE_DIR=str(tmp_path)) == ["-0.28"]
    assert not list(tmp_path.rglob("*.nb?"))


# Interrupts and errors


SWEEP = "fi_curve(presets.aelif, np.linspace(0, 3e-10, 64), duration=1e5, dt=1e-4)"
NOISY = "fi_curve(noisy, np.linspace(0, 3e-10, 64), duration=1e5, dt=1e-4, rng=np.random.default_rng(1))"
TRACE = "simulate(presets.aelif, 3e-10, duration=2e3, dt=1e-4)"
INTERRUPTED = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
import numpy as np
from dataclasses import replace
from lifcourse import fi_curve, presets, simulate
noisy = replace(presets.aelif, noise_sigma=0.01)
simulate(presets.aelif, 0.0, duration=1e-3, dt=1e-4)  # compiles
print("ready", flush=True)
try:
    {call}
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to one process")
@pytest.mark.parametrize("numba", ["0", "1"])
@pytest.mark.parametrize("call", [SWEEP, NOISY, TRACE], ids=["sweep", "noisy sweep", "trace"])
def test_interrupt(call, numba):
    # each of these calls takes from a minute to hours; interrupted, it ends within a chunk
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED.format(call=call)],
        env=os.environ | {"LIFCOURSE_NUMBA": numba},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "ready\n"
        threading.Event().wait(0.3)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    finally:
        process.kill()
    assert output == "interrupted\n"


class RefusedError(Exception):
    pass


@pytest.mark.parametrize("threads", [1, 3])
def test_error_in_a_job_stops_the_others(threads):
    started, jobs = [], ((slice(at, at + 1), (at,)) for at in range(1000))

    def run(place, job, count):
        started.append(job)
        if job == (4,):
            raise RefusedError
        threading.Event().wait(0.001)
        count(1)

    with pytest.raises(RefusedError):
        _jobs.run_here(run, jobs, 1000, threads)
    assert len(started) < 1000
    assert threading.active_count() < threads + 10


def test_error_in_an_executor_cancels_the_rest():
    started = []

    def run(at):
        started.append(at)
        threading.Event().wait(0.001)
        raise RefusedError

    with ThreadPoolExecutor(1) as pool, pytest.raises(RefusedError):
        _jobs.run_elsewhere(run, [(at, (at,)) for at in range(1000)], lambda place, measures: None, pool)
    assert len(started) < 1000


# Executors


def assert_same(found, expected):
    for field in dataclasses.fields(expected):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(expected, field.name))


def test_two_workers_of_a_cluster():
    distributed = pytest.importorskip("distributed", reason="needs the extra `cluster`")
    neuron, currents = replace(presets.sra, noise_sigma=0.01), np.linspace(2e-10, 5e-10, 40)
    how = {"duration": 0.2, "dt": 1e-4}
    expected = fi_curve(neuron, currents, **how, rng=np.random.default_rng(5))
    assert expected.n_spikes.sum() > 100
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster, distributed.Client(cluster) as client:
        found = fi_curve(neuron, currents, **how, rng=np.random.default_rng(5), executor=client.get_executor())
    assert_same(found, expected)


# Progress


class Bar:
    n = 0

    def update(self, done):
        self.n += done


@pytest.mark.parametrize("threads", [1, 2])
def test_progress_reaches_its_total(monkeypatch, threads):
    bars = []

    class bar:  # noqa: N801
        def __init__(self, total, unit=""):
            bars.append(Bar())
            bars[-1].total = total

        def __enter__(self):
            return bars[-1]

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(_jobs, "progress_bar", bar)
    monkeypatch.setattr(_jobs, "cores", lambda: threads)
    monkeypatch.setattr(analysis, "_UPDATES_WORTH_THREADS", 0)
    fi_curve(presets.lif, np.linspace(0, 9e-9, 50), duration=0.1, dt=1e-4)
    assert [bar.n for bar in bars] == [50 * 999]
    assert bars[0].total == 50 * 999


class Terminal:
    def __init__(self, watched):
        self.watched, self.written = watched, []

    def isatty(self):
        return self.watched

    def write(self, text):
        self.written.append(text)

    def flush(self):
        pass


def test_progress_is_for_those_who_watch(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", None)
    for watched in (True, False):
        monkeypatch.setattr(sys, "stderr", Terminal(watched))
        assert _progress.watched() is watched
    monkeypatch.setattr(sys, "stderr", None)
    assert not _progress.watched()


def test_progress_shows_after_a_second_only(monkeypatch):
    terminal = Terminal(True)
    monkeypatch.setitem(sys.modules, "IPython", None)
    monkeypatch.setattr(sys, "stderr", terminal)
    with _progress.progress_bar(10) as bar:
        bar.update(5)
        assert not "".join(terminal.written).strip()
        bar.start_t -= 2.0
        bar.last_print_t -= 2.0
        bar.update(1)
        assert "60%" in "".join(terminal.written)


def test_progress_is_off_where_a_notebook_runs_unattended():
    start_new_kernel = pytest.importorskip("jupyter_client.manager").start_new_kernel
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        for attended in (True, False):
            shown = []

            def hook(message, shown=shown):
                shown.append(message["content"].get("text", ""))

            client.execute_interactive(
                "from lifcourse import _progress; print(_progress.watched())",
                allow_stdin=attended, stdin_hook=lambda message: None, output_hook=hook, timeout=60,
            )  # fmt: skip
            assert "".join(shown).split() == [str(attended)]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


# Memory


@needs_numba
@pytest.mark.parametrize("sweep", [fi_curve, spike_counts])
def test_memory_beside_the_result_is_bounded(sweep):
    currents = np.linspace(2e-9, 9e-9, 1_000_000)
    sweep(presets.lif, currents[:10], duration=3e-4, dt=1e-4)
    tracemalloc.start()
    try:
        result = sweep(presets.lif, currents, duration=3e-4, dt=1e-4)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    arrays = vars(result).values() if sweep is fi_curve else [result]
    assert peak - sum(array.nbytes for array in arrays) < 10e6


@needs_numba
def test_memory_of_a_noisy_sweep_is_bounded(monkeypatch):
    # for each thread; a thousand streams and all their numbers would take 80 MB
    monkeypatch.setattr(_jobs, "cores", lambda: 1)
    noisy, currents = replace(presets.lif, noise_sigma=0.01), np.linspace(2e-9, 9e-9, 1000)
    fi_curve(noisy, currents[:10], duration=3e-4, dt=1e-4, rng=np.random.default_rng(1))
    tracemalloc.start()
    try:
        fi_curve(noisy, currents, duration=1.0, dt=1e-4, rng=np.random.default_rng(1))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10e6


@needs_numba
def test_no_array_makes_numba_compile_the_loop_anew():
    def run(values):
        simulate(presets.lif, values, duration=0.01, dt=1e-4)
        spike_counts(presets.lif, values, duration=0.01, dt=1e-4)
        fi_curve(presets.lif, values, duration=0.01, dt=1e-4)

    values = np.linspace(0.0, 9e-9, 100)
    run(values)
    loop = engine._loop_around(type(presets.lif), True)
    kinds = len(loop.signatures)
    fixed = values.copy()
    fixed.flags.writeable = False
    for other in (fixed, np.repeat(values, 2)[::2], values[::-1], np.broadcast_to(5e-9, 100), values.tolist()):
        run(other)
    assert len(loop.signatures) == kinds


# The benchmark


def test_c_of_the_benchmark_has_the_same_exp():
    root = PACKAGE.parent
    if not (root / "benchmarks").is_dir():
        pytest.skip("the benchmark is not part of an installation")
    number = re.compile(r"\d+\.\d+(?:e-?\d+)?")
    python = (PACKAGE / "models" / "_exp.py").read_text(encoding="utf-8").split('"""')[-1]
    c = (
        (root / "benchmarks" / "strict.c")
        .read_text(encoding="utf-8")
        .split("plain_exp(double x)")[1]
        .split("typedef")[0]
    )
    python = "\n".join(line.split("#")[0] for line in python.splitlines())
    assert set(number.findall(python)) == set(number.findall(c))
    assert python.count("near = near * near") == int(re.search(r"i < (\d+)", c)[1])
