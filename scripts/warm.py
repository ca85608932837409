"""Compile the loop of each model for each use, so that the first reader of this installation does not wait.

Binder runs it once.
"""

from dataclasses import replace

import numpy as np

from lifcourse import fi_curve, presets, simulate, spike_counts
from lifcourse.models import Neuron

neurons = [value for value in vars(presets).values() if isinstance(value, Neuron)]
for neuron in {type(neuron): neuron for neuron in neurons}.values():
    for noise_sigma in (0.0, 0.01):
        how = {"duration": 1e-4, "dt": 1e-6, "rng": np.random.default_rng(1)}
        noisy = replace(neuron, noise_sigma=noise_sigma)
        simulate(noisy, 0.0, **how)
        fi_curve(noisy, [0.0], **how)
        spike_counts(noisy, [0.0], **how)
