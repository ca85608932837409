"""Compile the loop of each model, so that the first reader of this installation does not wait: Binder runs it once."""

from lifcourse import presets, simulate
from lifcourse.models import Neuron

neurons = [value for value in vars(presets).values() if isinstance(value, Neuron)]
for model in {type(neuron): neuron for neuron in neurons}.values():
    simulate(model, 0.0, duration=1e-4, dt=1e-5)
