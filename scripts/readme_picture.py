"""Draw the picture of the README, docs/adaptation.svg, from the model itself."""

from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from lifcourse import presets, simulate, step_current
from lifcourse.plotting import COLOURS, painted
from lifcourse.symbols import QUANTITIES
from lifcourse.units import pA

plt.rcParams.update(
    {"svg.hashsalt": "lifcourse", "font.size": 11, "axes.spines.top": False, "axes.spines.right": False}
)
pulse = step_current(400 * pA, 0.1, 0.6, duration=0.8, dt=1e-4)
recording = simulate(presets.sra, pulse, duration=0.8, dt=1e-4)
fig, axes = plt.subplots(3, 1, sharex=True, figsize=(8, 4.5), height_ratios=[1, 3, 2], layout="constrained")
for axis, name, colour in zip(axes, ("current", "V", "G_SRA"), COLOURS, strict=False):
    quantity = QUANTITIES[name]
    t, values = painted(recording) if name == "V" else (recording.t, np.asarray(getattr(recording, name)))
    axis.plot(t, values / quantity.factor, color=colour, linewidth=1.2)
    symbol = quantity.symbol.replace("<sub>", "$_{").replace("</sub>", "}$")
    axis.set_ylabel(f"{symbol} ({quantity.unit})")
axes[-1].set_xlabel("time (s)")
fig.savefig(Path(__file__).parents[1] / "docs" / "adaptation.svg", metadata={"Date": None}, facecolor="white")
