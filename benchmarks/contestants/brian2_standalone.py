"""Brian2's C++ standalone mode, with OpenMP where it may use several cores: it writes and compiles a program.

The time is that of the finished program, from its start to its end.
"""

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.contestants import _brian


def workloads(threads):
    import brian2

    brian2.prefs.devices.cpp_standalone.openmp_threads = threads if threads > 1 else 0
    brian2.set_device("cpp_standalone", build_on_run=False)

    def pair(make, duration):
        built = []

        def prepare():
            if not built:
                brian2.device.reinit()
                brian2.device.activate(build_on_run=False)
                brian2.Network(*make()).run(duration * brian2.second)
                built.append(Path(tempfile.mkdtemp(prefix="brian-")))
                brian2.device.build(directory=str(built[0]), run=False, compile=True)
            return built[0]

        def run(folder):
            subprocess.run(["./main"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            (counts,) = (folder / "results").glob("_array_spikemonitor*_count_*")
            return int(np.fromfile(counts, np.int32).sum())

        return prepare, run

    return {name: [pair(*part) for part in parts] for name, parts in _brian.parts().items()}
