"""What all tests share: a neuron of each model, from the tutorials, and a constant current that makes it fire."""

import os
from dataclasses import replace

import pytest
from hypothesis import settings

from lifcourse import presets
from lifcourse.units import nA, pA

settings.register_profile("lifcourse", deadline=None, derandomize=True, max_examples=100)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("LIFCOURSE_HYPOTHESIS", "lifcourse"))

NEURONS = {
    "LIF": (presets.lif, 6 * nA),
    "LIFVoltageClamp": (presets.voltage_clamp, 300 * pA),
    "LIFThresholdIncrease": (presets.threshold_increase, 300 * pA),
    "LIFRefractoryConductance": (presets.refractory_conductance, 300 * pA),
    "LIFSRA": (presets.sra, 400 * pA),
    "AELIF": (presets.aelif, 400 * pA),
}


@pytest.fixture(scope="session")
def neurons():
    """All of them: {name: (neuron, current)}."""
    return NEURONS


@pytest.fixture(params=NEURONS)
def firing(request):
    """A neuron of each model, and a constant current, in A, that makes it fire."""
    return NEURONS[request.param]


@pytest.fixture
def neuron(firing):
    """A neuron of each model, without noise."""
    return firing[0]


@pytest.fixture
def noisy(neuron):
    """A neuron of each model, with noise."""
    return replace(neuron, noise_sigma=0.03)
