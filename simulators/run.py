"""Run the models of both simulators and write the times of their spikes, in ms, to a JSON file.

Usage: python simulators/run.py simulators/results.json

A simulator that cannot be imported keeps what the file holds of it already, and the output says why.
"""

import importlib
import json
import sys
from pathlib import Path

RUNS = {
    "brian2": {
        "lif": {},
        "lif_exact": {"method": "exact"},
        "voltage_clamp": {},
        "threshold_increase": {},
        "refractory_conductance": {},
        "sra": {},
        "aelif": {},
        "irregular": {},
    },
    "nest": {
        "lif": {},
        "lif_from_generator": {},
        "lif_off_grid": {},
        "voltage_clamp": {},
        "threshold_increase": {},
        "sra": {},
        "aelif": {},
        "irregular": {},
    },
}


def spikes_of(simulator):
    """Spike times in ms of all runs with one simulator, and its version."""
    models = importlib.import_module(f"{simulator}_models")
    runs = {"version": sys.modules[simulator].__version__}
    for run, options in RUNS[simulator].items():
        model = getattr(models, run, None) or getattr(models, run.split("_")[0])
        runs[run] = [round(float(time), 6) for time in model(**options)]
    return runs


def main(path):
    """Write the results to `path`; return the number of simulators that could be run."""
    results = json.loads(path.read_text("utf-8")) if path.exists() else {}
    done = 0
    for simulator in RUNS:
        try:
            results[simulator] = spikes_of(simulator)
            done += 1
        except ImportError as error:
            print(f"{simulator} does not run here: {error}")
    runs = (
        f'"{simulator}": {{\n' + ",\n".join(f'"{k}": {json.dumps(v)}' for k, v in found.items()) + "\n}"
        for simulator, found in results.items()
    )
    path.write_text("{\n" + ",\n".join(runs) + "\n}\n", "utf-8")
    return done


if __name__ == "__main__":
    sys.exit(0 if main(Path(sys.argv[1])) else "neither simulator is installed; `make simulators` installs both")
