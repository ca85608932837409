"""The coincidence factor is 1 for a perfect prediction, 0 for chance, and refuses what it cannot judge."""

import numpy as np
import pytest

from lifcourse import coincidence_factor, fluctuating_current

reference = np.arange(1, 100) * 0.1


def test_perfect_prediction_scores_one():
    assert coincidence_factor(reference + 0.0005, reference, window=0.002, duration=10) == pytest.approx(1)


def test_by_hand():
    # 2 of 3 found, rate 2 Hz: chance 2 * 2 * 0.002 * 3 = 0.024; (2 - 0.024) / 2.5 / (1 - 0.008)
    found = coincidence_factor([0.101, 0.5], [0.1, 0.5, 0.9], window=0.002, duration=1.0)
    assert found == pytest.approx((2 - 0.024) / 2.5 / 0.992)


def test_chance_scores_zero_on_average():
    rng = np.random.default_rng(3)
    scores = [
        coincidence_factor(
            np.sort(rng.uniform(0, 100, 1000)), np.sort(rng.uniform(0, 100, 300)), window=0.004, duration=100
        )
        for _ in range(200)
    ]
    # one-to-one matching finds slightly less than independent chance
    assert abs(np.mean(scores)) < 0.01


def test_a_spike_counts_once():
    doubled = np.sort(np.concatenate([reference, reference + 0.001]))
    score = coincidence_factor(doubled, reference, window=0.002, duration=10)
    assert score < 0.7


def test_silence_scores_zero():
    assert coincidence_factor([], reference, window=0.002, duration=10) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"window": 0}, "window"),
        ({"window": 0.06}, "window = 0.06 s is too wide"),
        ({"reference": []}, "reference is empty"),
        ({"spike_times": [2.0, 1.0]}, "spike_times"),
        ({"duration": np.nan}, "duration"),
    ],
)
def test_bad_input_is_named(change, message):
    good = {"spike_times": reference, "reference": reference, "window": 0.002, "duration": 10}
    with pytest.raises(ValueError, match=message):
        coincidence_factor(**{**good, **change})


def test_fluctuating_current_has_the_moments_it_is_asked_for():
    rng = np.random.default_rng(1)
    current = fluctuating_current(2e-10, 1e-10, 0.01, duration=500, dt=1e-3, rng=rng)
    # 500 s hold about 25,000 independent values
    assert np.mean(current) == pytest.approx(2e-10, abs=4e-10 / np.sqrt(25_000))
    assert np.std(current) == pytest.approx(1e-10, rel=0.02)
    lag = np.corrcoef(current[:-10], current[10:])[0, 1]
    assert lag == pytest.approx(np.exp(-1), abs=0.02)


def test_fluctuating_current_asks_for_a_generator():
    with pytest.raises(TypeError, match="rng"):
        fluctuating_current(0, 1e-10, 0.01, duration=1, dt=1e-3, rng=1)
