"""Laws that hold for every model, and what a sweep and a single simulation owe to each other."""

import pickle
import tracemalloc
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import fields, replace

import numpy as np
import pytest

from lifcourse import (
    FICurve,
    Recording,
    _jobs,
    analysis,
    engine,
    fi_curve,
    presets,
    simulate,
    spike_counts,
    step_current,
)

DT, DURATION = 5e-5, 0.1
N = 2000
FIELDS = [field.name for field in fields(FICurve)]


def assert_same_curve(one, other):
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def assert_same_recording(one, other):
    np.testing.assert_array_equal(one.V, other.V)
    np.testing.assert_array_equal(one.spike_samples, other.spike_samples)
    assert one.states.keys() == other.states.keys()
    for name in one.states:
        np.testing.assert_array_equal(one.states[name], other.states[name])


def around(current, n=7):
    return current * np.linspace(0.2, 2.0, n)


# --- every model -----------------------------------------------------------------------------------------------------


def test_silent_at_rest(neuron):
    recording = simulate(neuron, 0.0, duration=0.5, dt=DT)
    assert recording.n_spikes == 0
    # the exponential term lifts the AELIF neuron's rest by 7 nV
    np.testing.assert_allclose(recording.V, neuron.params.E_L, atol=1e-8)
    for name, values in recording.states.items():
        np.testing.assert_allclose(values, neuron.rest()[1 + list(recording.states).index(name)], atol=1e-16)


def test_starts_at_rest_and_follows_from_the_sample_before(firing):
    neuron, current = firing
    recording = simulate(neuron, current, duration=DURATION, dt=DT)
    traces = [recording.V, *recording.states.values()]
    while len(traces) < 3:
        traces.append(np.full(N, neuron.rest()[len(traces)]))
    state, spikes = neuron.rest(), []
    for i in range(N):
        assert tuple(trace[i] for trace in traces) == state
        *state, spiked = neuron.step(neuron.step_parameters(), *state, current, 0.0, DT)
        state = tuple(state)
        if spiked and i + 1 < N:
            spikes.append(i + 1)
    assert recording.spike_samples.tolist() == spikes
    assert spikes


def test_current_of_a_sample_acts_on_the_next(neuron):
    current = np.zeros(N)
    current[100] = 1e-12
    V = simulate(neuron, current, duration=DURATION, dt=DT).V
    V_alone = simulate(neuron, 0.0, duration=DURATION, dt=DT).V
    assert (V[:101] == V_alone[:101]).all()
    assert V[101] - V_alone[101] == pytest.approx(1e-12 * DT / neuron.params.C_m, rel=1e-6)
    current[:] = 0
    current[-1] = 1e-3  # has no sample to act on
    np.testing.assert_array_equal(simulate(neuron, current, duration=DURATION, dt=DT).V, V_alone)


def test_same_seed_same_result(firing):
    neuron, current = replace(firing[0], noise_sigma=0.03), firing[1]
    one, other = (
        simulate(neuron, current, duration=DURATION, dt=DT, rng=np.random.default_rng(1)) for _ in range(2)
    )  # fmt: skip
    assert_same_recording(one, other)


def test_other_seed_other_result(noisy):
    one, other = (simulate(noisy, 0.0, duration=DURATION, dt=DT, rng=np.random.default_rng(k)) for k in range(2))
    assert (one.V[1:] != other.V[1:]).mean() > 0.9


def test_one_generator_moves_on(noisy):
    rng = np.random.default_rng(1)
    one, other = (simulate(noisy, 0.0, duration=DURATION, dt=DT, rng=rng) for _ in range(2))
    assert (one.V[1:] != other.V[1:]).mean() > 0.9
    one, other = (fi_curve(noisy, [0.0, 0.0], duration=DURATION, dt=DT, rng=rng) for _ in range(2))
    assert len({*one.mean_V, *other.mean_V}) == 4


def test_noise_adds_to_V(neuron):
    # below threshold the noise in V is sigma sqrt(dt) N(0, 1) a step: replay it from the same seed
    sigma = 1e-4
    recording = simulate(
        replace(neuron, noise_sigma=sigma), 0.0, duration=DURATION, dt=DT, rng=np.random.default_rng(2)
    )
    noise = sigma * np.sqrt(DT) * np.random.default_rng(2).standard_normal(N - 1)
    state = neuron.rest()
    for i in range(1, N):
        *state, spiked = neuron.step(neuron.step_parameters(), *state, 0.0, 0.0, DT)
        state[0] += noise[i - 1]
        assert not spiked
        assert recording.V[i] == pytest.approx(state[0], rel=1e-12)


def test_noise_alone_can_fire(neuron):
    loud = replace(neuron, noise_sigma=0.5)
    assert simulate(loud, 0.0, duration=DURATION, dt=DT, rng=np.random.default_rng(3)).n_spikes > 0


def test_zero_noise_draws_nothing(neuron):
    rng = np.random.default_rng(4)
    before = rng.bit_generator.state
    simulate(neuron, 0.0, duration=DURATION, dt=DT, rng=rng)
    fi_curve(neuron, [0.0], duration=DURATION, dt=DT, rng=rng)
    assert rng.bit_generator.state == before
    assert rng.bit_generator.seed_seq.n_children_spawned == 0


def test_global_random_state_is_left_alone(noisy):
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    simulate(noisy, 0.0, duration=DURATION, dt=DT, rng=np.random.default_rng(1))
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_number_or_array(firing):
    neuron, current = firing
    one = simulate(neuron, current, duration=DURATION, dt=DT)
    other = simulate(neuron, np.full(N, current), duration=DURATION, dt=DT)
    assert_same_recording(one, other)
    np.testing.assert_array_equal(one.current, other.current)


def test_more_current_more_spikes(firing):
    neuron, current = firing
    counts = fi_curve(neuron, around(current, 30), duration=1.0, dt=DT).n_spikes
    assert (np.diff(counts) >= -1).all()  # the grid may cost a spike
    assert counts[-1] > counts[0] == 0


def test_arguments_are_not_changed(firing):
    neuron, current = firing
    trace = np.full(N, current)
    simulate(neuron, trace, duration=DURATION, dt=DT)
    assert (trace == current).all()
    currents = around(current)
    curve = fi_curve(neuron, currents, duration=DURATION, dt=DT)
    np.testing.assert_array_equal(currents, around(current))
    assert not np.shares_memory(curve.currents, currents)


def test_pickle(firing):
    neuron, current = firing
    recording = simulate(neuron, current, duration=DURATION, dt=DT)
    again = pickle.loads(pickle.dumps(recording))
    assert_same_recording(recording, again)
    assert again.neuron == neuron


# --- Recording -------------------------------------------------------------------------------------------------------

STATES = {
    "LIF": [],
    "LIFVoltageClamp": ["clamped_samples"],
    "LIFThresholdIncrease": ["V_th"],
    "LIFRefractoryConductance": ["V_th", "G_ref"],
    "LIFSRA": ["G_SRA"],
    "AELIF": ["I_SRA"],
}


def test_fields_of_a_recording(firing):
    neuron, current = firing
    recording = simulate(neuron, current, duration=DURATION, dt=DT)
    assert isinstance(recording, Recording)
    assert recording.neuron is neuron
    assert (recording.dt, recording.duration) == (DT, DURATION)
    assert list(recording.states) == STATES[type(neuron).__name__]
    for name in ("t", "current", "V", *recording.states):
        values = getattr(recording, name)
        assert values.shape == (N,)
        assert values.dtype == np.float64
        assert name in dir(recording)
    np.testing.assert_array_equal(recording.t, np.arange(N) * DT)
    np.testing.assert_array_equal(recording.spike_times, recording.t[recording.spike_samples])
    assert recording.n_spikes == len(recording.spike_times) > 1
    assert recording.firing_rate == recording.n_spikes / DURATION
    assert len(recording.isi) == recording.n_spikes - 1
    np.testing.assert_allclose(recording.isi, np.diff(recording.spike_times), rtol=1e-9)
    assert recording.mean_V == pytest.approx(recording.V.mean(), rel=1e-15)
    assert type(neuron).__name__ in repr(recording)
    assert f"{recording.n_spikes} spikes" in repr(recording)
    with pytest.raises(AttributeError, match="w_unknown"):
        recording.w_unknown  # noqa: B018


def test_no_spike_is_painted_into_V(firing):
    neuron, current = firing
    recording = simulate(neuron, current, duration=DURATION, dt=DT)
    at = recording.V[recording.spike_samples]
    if type(neuron).__name__ == "LIFRefractoryConductance":
        assert (at < neuron.params.V_th + 1e-3).all()
        assert (at > neuron.params.V_th).all()
        assert (recording.V_th[recording.spike_samples] == neuron.V_th_max).all()
    else:
        assert (at == neuron.params.V_reset).all()
    assert recording.V.max() <= getattr(neuron, "V_max", neuron.params.V_th + 2e-3)


@pytest.mark.parametrize(
    ("duration", "dt", "n"), [(1e-4, 1e-4, 1), (2.4e-4, 1e-4, 2), (2.6e-4, 1e-4, 3), (0.3, 1e-4, 3000)]
)
def test_number_of_samples(neuron, duration, dt, n):
    if type(neuron).__name__ == "LIFRefractoryConductance":
        duration, dt = duration / 10, dt / 10
    assert len(simulate(neuron, 1e-12, duration=duration, dt=dt).V) == n
    assert len(step_current(1.0, 0.0, duration, duration=duration, dt=dt)) == n
    assert fi_curve(neuron, [0.0], duration=duration, dt=dt).mean_V == pytest.approx(neuron.params.E_L)


@pytest.mark.parametrize("n", [1, 2, 3, N])
def test_recording_keeps_the_current_that_was_applied(n, monkeypatch):
    monkeypatch.setattr(engine, "STEPS_A_CHUNK", 700)
    given = np.linspace(1e-9, 9e-9, n)
    recording = simulate(presets.lif, given, duration=n * DT, dt=DT)
    np.testing.assert_array_equal(recording.current, given)
    given[:] = 0.0
    assert recording.current.min() == 1e-9
    np.testing.assert_array_equal(simulate(presets.lif, 3e-9, duration=n * DT, dt=DT).current, np.full(n, 3e-9))


# --- fi_curve against simulate ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("sigma", [0.0, 0.05])
def test_sweep_equals_single_simulations(firing, sigma):
    neuron, current = replace(firing[0], noise_sigma=sigma), firing[1]
    currents = around(current)
    curve = fi_curve(neuron, currents, duration=0.4, dt=DT, rng=np.random.default_rng(9))
    streams = np.random.default_rng(9).spawn(len(currents))
    for k, I in enumerate(currents):
        recording = simulate(neuron, I, duration=0.4, dt=DT, rng=streams[k])
        isi = recording.isi
        assert curve.n_spikes[k] == recording.n_spikes
        assert curve.firing_rate[k] == recording.firing_rate
        assert curve.mean_V[k] == pytest.approx(recording.mean_V, rel=1e-12)
        np.testing.assert_equal(curve.first_isi[k], isi[0] if len(isi) else np.nan)
        np.testing.assert_equal(curve.last_isi[k], isi[-1] if len(isi) else np.nan)
        np.testing.assert_equal(curve.initial_rate[k], 1 / isi[0] if len(isi) else np.nan)
        np.testing.assert_equal(curve.steady_rate[k], 1 / isi[-1] if len(isi) else np.nan)
        if len(isi) > 1:
            assert curve.isi_cv[k] == pytest.approx(isi.std() / isi.mean(), rel=1e-9, abs=1e-7)
        else:
            assert np.isnan(curve.isi_cv[k])
    assert {0, 1} & set(curve.n_spikes.tolist())
    assert curve.n_spikes.max() > 2


@pytest.mark.parametrize("chunk", [1, 50_000, 10**9])
def test_more_neurons_than_a_block(firing, chunk, monkeypatch):
    neuron, current = firing
    how, currents = {"duration": 0.04, "dt": DT}, current * np.linspace(0.5, 4.0, 1100)
    monkeypatch.setattr(engine, "UPDATES_A_CHUNK", chunk)
    curve = fi_curve(neuron, currents, **how)
    np.testing.assert_array_equal(spike_counts(neuron, currents, **how), curve.n_spikes)
    assert curve.n_spikes[-1] > curve.n_spikes[0]
    for k in (0, 366, 367, 368, 511, 512, 735, 736, 1099):
        recording = simulate(neuron, currents[k], **how)
        assert curve.n_spikes[k] == recording.n_spikes
        assert curve.mean_V[k] == pytest.approx(recording.mean_V, rel=1e-12)


@pytest.mark.parametrize("sigma", [0.0, 0.05])
@pytest.mark.parametrize("dt", [DT, DT / 100])
def test_counts_alone_are_those_of_the_sweep(firing, sigma, dt):
    # with the fine step, spikes cannot come so fast that it becomes unstable, and nothing but counts is kept
    neuron, current = replace(firing[0], noise_sigma=sigma), firing[1]
    how = {"duration": 3000 * dt, "dt": dt}
    currents = around(10 * current if dt < DT else current)
    expected = fi_curve(neuron, currents, **how, rng=np.random.default_rng(9)).n_spikes
    counts = spike_counts(neuron, currents, **how, rng=np.random.default_rng(9))
    np.testing.assert_array_equal(counts, expected)
    assert counts.dtype == expected.dtype
    assert counts.sum() > 0
    with ThreadPoolExecutor(2) as pool:
        counts = spike_counts(neuron, currents, **how, rng=np.random.default_rng(9), executor=pool)
    np.testing.assert_array_equal(counts, expected)


def test_counts_alone_refuse_what_the_sweep_refuses():
    # fast spikes pile up conductance until the step is too coarse: the intervals have to be looked at
    neuron = replace(presets.sra, Delta_G_SRA=3e-7)
    for run in (fi_curve, spike_counts):
        with pytest.raises(ValueError, match=r"dt = 0\.005 s is too coarse for LIFSRA"):
            run(neuron, [0.0, 1e-6], duration=1.0, dt=0.005)


def test_counts_alone_leave_the_currents_as_they_are():
    currents = np.linspace(2e-9, 9e-9, 5)
    before = currents.copy()
    counts = spike_counts(presets.lif, currents, duration=DURATION, dt=DT)
    np.testing.assert_array_equal(currents, before)
    assert not np.shares_memory(counts, currents)
    assert spike_counts(presets.lif, [], duration=DURATION, dt=DT).shape == (0,)


@pytest.mark.parametrize(("count", "known"), [(0, ""), (1, ""), (2, "isi"), (3, "isi cv")])
def test_few_spikes(count, known):
    duration = (0.005, 0.015, 0.030, 0.045)[count]
    curve = fi_curve(presets.sra, [400e-12], duration=duration, dt=DT)
    assert curve.n_spikes[0] == count
    assert np.isfinite(curve.first_isi[0]) == ("isi" in known)
    assert np.isfinite(curve.last_isi[0]) == ("isi" in known)
    assert np.isfinite(curve.steady_rate[0]) == ("isi" in known)
    assert np.isfinite(curve.isi_cv[0]) == ("cv" in known)
    assert np.isfinite(curve.mean_V[0])


def test_no_currents(noisy):
    curve = fi_curve(noisy, [], duration=DURATION, dt=DT, rng=np.random.default_rng(1))
    for name in FIELDS:
        assert getattr(curve, name).shape == (0,)
    assert curve.n_spikes.dtype.kind == "i"


@pytest.mark.parametrize("currents", [[6, 7], np.array([6, 7], np.int32), np.array([6.0, 7.0], np.float32), (6, 7)])
def test_any_kind_of_number(currents):
    expected = fi_curve(presets.lif, [6.0, 7.0], duration=0.01, dt=1e-4)
    assert_same_curve(fi_curve(presets.lif, currents, duration=0.01, dt=1e-4), expected)
    assert simulate(presets.lif, np.array(currents)[0], duration=0.01, dt=1e-4).current.dtype == np.float64
    assert simulate(presets.lif, np.array(6), duration=np.array(0.01), dt=np.float64(1e-4)).n_spikes > 0


def test_views_and_read_only_currents():
    whole = np.arange(20.0) * 1e-9
    whole.setflags(write=False)
    assert_same_curve(
        fi_curve(presets.lif, whole[::-2], duration=DURATION, dt=DT),
        fi_curve(presets.lif, whole[::-2].copy(), duration=DURATION, dt=DT),
    )
    trace = np.repeat(np.linspace(0, 9e-9, N), 2)[::2]
    trace.setflags(write=False)
    one = simulate(presets.lif, trace, duration=DURATION, dt=DT)
    assert_same_recording(one, simulate(presets.lif, trace.copy(), duration=DURATION, dt=DT))


# --- how the work is split -------------------------------------------------------------------------------------------


@pytest.fixture
def sweep(noisy):
    def run(**options):
        currents = np.linspace(0, 9e-9 if noisy.params.C_m > 1e-9 else 600e-12, 11)
        return fi_curve(noisy, currents, duration=DURATION, dt=DT, rng=np.random.default_rng(6), **options)

    return run


@pytest.mark.parametrize("job", [1, 3, 4, 1000])
@pytest.mark.parametrize("chunk", [1, 97, 10**7])
def test_jobs_and_chunks(sweep, monkeypatch, job, chunk):
    expected = sweep()
    for most in ("_NEURONS_A_JOB", "_COUNTED_NEURONS_A_JOB", "_NOISY_NEURONS_A_JOB"):
        monkeypatch.setattr(analysis, most, job)
    monkeypatch.setattr(analysis, "_NUMBERS_A_DRAW", chunk)
    assert_same_curve(sweep(), expected)


@pytest.mark.parametrize("chunk", [1, 97, 10**9])
def test_chunks_without_noise(firing, monkeypatch, chunk):
    neuron, current = firing
    expected = fi_curve(neuron, around(current), duration=DURATION, dt=DT)
    monkeypatch.setattr(engine, "UPDATES_A_CHUNK", chunk)
    assert_same_curve(fi_curve(neuron, around(current), duration=DURATION, dt=DT), expected)


@pytest.mark.parametrize("cores", [1, 2, 5])
def test_number_of_threads(sweep, monkeypatch, cores):
    expected = sweep()
    monkeypatch.setattr(_jobs, "cores", lambda: cores)
    monkeypatch.setattr(analysis, "_UPDATES_WORTH_THREADS", 0)
    monkeypatch.setattr(analysis, "_NOISY_UPDATES_WORTH_THREADS", 0)
    assert_same_curve(sweep(), expected)


def test_thread_pool(sweep):
    expected = sweep()
    with ThreadPoolExecutor(3) as pool:
        assert_same_curve(sweep(executor=pool), expected)


def test_process_pool():
    import multiprocessing

    neuron = replace(presets.aelif, noise_sigma=0.03)
    currents = np.linspace(0, 600e-12, 5)
    expected = fi_curve(neuron, currents, duration=DURATION, dt=DT, rng=np.random.default_rng(6))
    # spawned, as everywhere but on Linux: nothing may depend on what the parent has imported or compiled
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        curve = fi_curve(neuron, currents, duration=DURATION, dt=DT, rng=np.random.default_rng(6), executor=pool)
    assert_same_curve(curve, expected)


def test_subset_of_currents_has_the_same_noise(noisy):
    # a current's noise depends on its place, not on how many follow
    currents = np.linspace(0, 400e-12, 6)
    whole, part = (
        fi_curve(noisy, currents[:n], duration=DURATION, dt=DT, rng=np.random.default_rng(8)) for n in (6, 2)
    )
    np.testing.assert_array_equal(whole.mean_V[:2], part.mean_V)


@pytest.mark.parametrize("sigma", [0.0, 0.03])
def test_memory_does_not_grow_with_the_steps(sigma, monkeypatch):
    monkeypatch.setattr(analysis, "_NUMBERS_A_DRAW", 1000)
    neuron = replace(presets.lif, noise_sigma=sigma)
    fi_curve(neuron, [5e-9] * 4, duration=0.01, dt=1e-4, rng=np.random.default_rng(1))  # compiles
    rng = np.random.default_rng(1)
    tracemalloc.start()
    fi_curve(neuron, [5e-9] * 4, duration=10.0, dt=1e-4, rng=rng)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000  # one trace of 100,000 steps of four neurons, or their noise, would be 3,200,000


def test_error_in_a_thread_comes_out(neuron):
    with pytest.raises(ValueError, match=r"current = -1e\+304 A"):
        fi_curve(neuron, [0.0, -1e304, 0.0], duration=DURATION, dt=DT)
