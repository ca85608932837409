"""The exponential in plain arithmetic against one of fifty digits."""

import math

import numpy as np
import pytest

from lifcourse.engine import uses_numba
from lifcourse.models._exp import exp

mpmath = pytest.importorskip("mpmath")


def ulps(x):
    """Distance of `exp(x)` from the true exponential, in units in the last place of the latter."""
    with mpmath.workdps(50):
        true = mpmath.exp(mpmath.mpf(x))
        return float(abs(mpmath.mpf(exp(x)) - true) / math.ulp(float(true)))


def arguments():
    rng = np.random.default_rng(17)
    everywhere = rng.uniform(-650, 650, 4000)
    usual = rng.uniform(-60, 80, 4000)
    near_zero = rng.choice([-1, 1], 500) * 10.0 ** rng.uniform(-20, 0, 500)
    halfway = np.log(2) * (rng.integers(-937, 937, 500) + 0.5)  # where k turns to the next whole number
    return np.concatenate([everywhere, usual, near_zero, halfway, np.nextafter(halfway, 0), np.arange(-650.0, 650.5)])


def test_one_unit_in_the_last_place():
    worst = max(ulps(float(x)) for x in arguments())
    assert worst <= 1.0


def test_exact_values():
    assert exp(0.0) == exp(-0.0) == 1.0
    assert exp(1e-300) == 1.0


def test_every_power_of_two_is_scaled_exactly():
    # exp(k log 2) has the scale 2**k for each k that there is
    for k in range(-937, 938):
        assert exp(k * math.log(2)) == pytest.approx(2.0**k, rel=3e-13, abs=0.0)


@pytest.mark.parametrize(("x", "bound"), [(650.001, 650.0), (1e308, 650.0), (-650.001, -650.0), (-1e308, -650.0)])
def test_constant_beyond_the_range(x, bound):
    assert exp(x) == exp(bound)
    assert exp(math.copysign(math.inf, x)) == exp(bound)
    assert 0 < exp(x) < math.inf


def test_nan_stays_nan():
    assert math.isnan(exp(math.nan))


def test_increases():
    x = np.sort(arguments())
    values = np.array([exp(float(each)) for each in x])
    # one ulp of error may turn the order of neighbours closer than that
    assert (np.diff(values) >= -2 * np.spacing(values[1:])).all()


@pytest.mark.skipif(not uses_numba(), reason="needs Numba")
def test_same_bits_in_compiled_code():
    import numba

    compiled = numba.njit(error_model="numpy")(exp)
    extremes = [0.0, -0.0, 1e308, -1e308, math.inf, -math.inf, 5e-324, 649.9999, -649.9999]
    for x in [*arguments().tolist(), *extremes]:
        assert compiled(x) == exp(x)
    assert math.isnan(compiled(math.nan))
