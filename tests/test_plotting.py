"""Figures show what they are given, in units, and change nothing."""

import numpy as np
import pytest

from lifcourse import analytic, plotting, presets, simulate, step_current
from lifcourse.units import ms, mV, nA, pA

pulse = step_current(400 * pA, 0.1, 0.3, duration=0.4, dt=1e-4)
recording = simulate(presets.sra, pulse, duration=0.4, dt=1e-4)


def luminance(colour):
    """Relative luminance by WCAG 2."""
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize(
    ("page", "colours"), [("#ffffff", plotting.COLOURS), ("#121212", plotting.COLOURS_ON_DARK)], ids=["light", "dark"]
)
def test_each_colour_stands_out_from_the_page(page, colours):
    """WCAG 2.2 asks for 3 to 1 where a line carries meaning; each colour of one theme has its own in the other."""
    assert len(set(colours)) == len(colours) == len(plotting.COLOURS)
    for colour in (*colours, plotting.GREY):
        dark, light = sorted((luminance(colour), luminance(page)))
        assert (light + 0.05) / (dark + 0.05) >= 3, colour


def test_traces_have_a_panel_a_quantity_with_units():
    fig = plotting.traces(recording, show=("current", "V", "G_SRA"), title="A pulse")
    assert [axis.title.text for axis in fig.select_yaxes()] == [
        "current<br>I (pA)",
        "membrane potential<br>V (mV)",
        "adaptation conductance<br>G<sub>SRA</sub> (nS)",
    ]
    assert fig.layout.xaxis3.title.text == "time t (s)"
    assert fig.layout.title.text == "A pulse"
    assert np.max(fig.data[0].y) == pytest.approx(400)


def test_spikes_are_painted_in_the_plot_only():
    before = recording.V.copy()
    painted = plotting.traces(recording).data[0]
    plain = plotting.traces(recording, paint_spikes=False).data[0]
    assert recording.n_spikes > 3
    assert np.sum(np.asarray(painted.y) == np.float32(20)) == recording.n_spikes
    assert np.max(plain.y) <= -50
    np.testing.assert_array_equal(recording.V, before)


def test_spike_times_survive_thinning():
    long = simulate(presets.sra, 400 * pA, duration=5.0, dt=1e-4)
    line = plotting.traces(long).data[0]
    assert len(line.x) < 2 * 1400
    times = np.asarray(line.x)[np.asarray(line.y) == np.float32(20)]
    np.testing.assert_allclose(times, long.spike_times, rtol=1e-6)


def test_window_cuts_and_refuses_an_empty_one():
    line = plotting.traces(recording, window=(0.1, 0.2), unit_of_time="ms").data[0]
    assert min(line.x) == pytest.approx(100)
    assert max(line.x) == pytest.approx(200)
    with pytest.raises(ValueError, match="window"):
        plotting.traces(recording, window=(0.2, 0.2))


def test_several_recordings_share_a_panel_with_a_legend():
    other = simulate(presets.sra, 300 * pA, duration=0.4, dt=1e-4)
    fig = plotting.traces({"pulse": recording, "constant": other})
    assert [(line.name, line.showlegend) for line in fig.data] == [("pulse", True), ("constant", True)]


def test_a_shared_panel_names_the_recordings_once():
    two = {name: simulate(presets.refractory_conductance, name * pA, duration=0.05, dt=1e-5) for name in (220, 600)}
    fig = plotting.traces({f"{name} pA": run for name, run in two.items()}, show=(("V", "V_th"), "G_ref"))
    named = [line.name for line in fig.data if line.showlegend]
    assert named == ["V, 220 pA", "V, 600 pA", "V<sub>th</sub>, 220 pA", "V<sub>th</sub>, 600 pA"]


def test_a_legend_of_two_rows_leaves_room_for_the_title():
    one = plotting.lines({"A": ([1, 2], [1, 2]), "B": ([1, 2], [2, 1])}, x="current", y="V", title="Two curves")
    long = {f"a curve with a long name, number {i}": ([1, 2], [1, 2]) for i in range(4)}
    two = plotting.lines(long, x="current", y="V", title="Four curves")
    assert two.layout.margin.t - one.layout.margin.t == two.layout.height - one.layout.height > 15


def test_threshold_shares_the_panel_of_V_and_is_dashed():
    moving = simulate(presets.threshold_increase, 600 * pA, duration=0.1, dt=1e-5)
    fig = plotting.traces({"600 pA": moving}, show=(("V", "V_th"),))
    assert [line.line.dash for line in fig.data] == ["solid", "dash"]
    assert np.max(fig.data[1].y) == pytest.approx(200)


def test_a_recording_without_the_quantity_is_refused():
    with pytest.raises(ValueError, match="G_ref"):
        plotting.traces(recording, show=("G_ref",))
    with pytest.raises(TypeError, match="recordings"):
        plotting.traces([1, 2])


def test_lines_convert_units_and_keep_gaps():
    fig = plotting.lines({"a": ([1 * nA, 2 * nA], [10.0, np.nan])}, x="current_nA", y="firing_rate", title="f–I")
    np.testing.assert_allclose(fig.data[0].x, [1, 2])
    assert np.isnan(fig.data[0].y[1])
    assert fig.layout.xaxis.title.text == "current I (nA)"


def test_lines_refuse_what_cannot_be_drawn():
    with pytest.raises(ValueError, match="series"):
        plotting.lines({"a": ([1, 2], [1])}, x="t", y="V")
    with pytest.raises(ValueError, match="logarithmic"):
        plotting.lines({"a": ([0, 2], [1, 1])}, x="t", y="V", log_x=True)
    with pytest.raises(ValueError, match="markers"):
        plotting.lines({"a": ([0, 2], [1, 1])}, x="t", y="V", markers=["b"])
    with pytest.raises(ValueError, match="'speed'"):
        plotting.lines({"a": ([0, 2], [1, 1])}, x="t", y="speed")


@pytest.mark.parametrize(("decades", "dtick"), [(0.5, None), (1.5, "D2"), (2, 1), (4, 1), (10, 2)])
def test_a_logarithmic_axis_is_labelled_sparsely(decades, dtick):
    xs = np.logspace(-8, -8 + decades, 11)
    fig = plotting.lines({"a": (xs, xs), "gap": ([1e-8, np.nan], [1.0, 1.0])}, x=("ratio", "", 1.0), y="V", log_x=True)
    assert fig.layout.xaxis.exponentformat == "power"  # neither 10n nor 1µ
    assert fig.layout.xaxis.dtick == dtick
    assert fig.layout.yaxis.type == "linear"


def test_mark_is_placed_in_the_units_of_the_axis():
    fig = plotting.mark(plotting.traces(recording, show=("current", "V")), y=-50 * mV, text="V_th", row=2)
    assert fig.layout.shapes[0].y0 == pytest.approx(-50)
    assert fig.layout.shapes[0].yref == "y2"
    assert fig.layout.annotations[0].yanchor == "bottom"  # above the line: potentials run below their threshold
    fig = plotting.mark(plotting.lines({"a": ([0.0, 1.0], [0.0, 1.0])}, x="t_ms", y="V"), x=10 * ms)
    assert fig.layout.shapes[0].x0 == pytest.approx(10)
    with pytest.raises(ValueError, match="either x or y"):
        plotting.mark(fig)


def test_thin_keeps_ends_and_extremes():
    values = np.zeros(100_000)
    values[54_321], values[12_345] = 1, -1
    kept = plotting.thin(values)
    assert {0, 99_999, 54_321, 12_345} <= set(kept.tolist())
    assert len(kept) <= 1402
    assert (np.diff(kept) > 0).all()


def test_phase_plane_shows_nullclines_path_resets_and_fixed_points():
    neuron = presets.aelif
    run = simulate(neuron, 250 * pA, duration=0.5, dt=1e-4)
    fig = plotting.phase_plane(run)
    lines = {line.name: line for line in fig.data}
    V = np.asarray(lines["dV/dt = 0"].x, float)
    expected = analytic.nullclines(neuron, 250 * pA, V * mV)
    np.testing.assert_allclose(lines["dV/dt = 0"].y, expected.V / pA, rtol=1e-3, atol=0.01)
    path = lines["path"]
    assert np.isnan(path.x).sum() == run.n_spikes == 1
    assert np.nanmax(path.x) <= fig.layout.xaxis.range[1]
    np.testing.assert_allclose([path.x[-1], path.y[-1]], [run.V[-1] / mV, run.I_SRA[-1] / pA], rtol=1e-6)
    np.testing.assert_allclose(lines["reset points"].y, run.I_SRA[run.spike_samples] / pA, rtol=1e-6)
    np.testing.assert_allclose(lines["stable fixed point"].x, [-53.93], atol=0.01)
    np.testing.assert_allclose(lines["unstable fixed point"].x, [-47.12], atol=0.01)
    assert lines["unstable fixed point"].y[0] < fig.layout.yaxis.range[1]


def test_phase_planes_have_a_panel_a_run_and_one_legend():
    runs = {
        f"{amplitude:g} pA": simulate(presets.aelif, amplitude * pA, duration=0.5, dt=1e-4) for amplitude in (250, 300)
    }
    fig = plotting.phase_plane(runs, columns=2)
    assert [title.text for title in fig.layout.annotations] == ["250 pA", "300 pA"]
    assert sum(line.showlegend for line in fig.data) == len(fig.data) / 2
    assert all(title.y < 1 for title in fig.layout.annotations), "the legend begins at 1"
    with pytest.raises(TypeError, match="AELIF"):
        plotting.phase_plane(recording)


def test_stacked_traces_have_a_panel_a_run_on_one_scale():
    runs = {
        f"{amplitude:g} pA": simulate(presets.aelif, amplitude * pA, duration=0.5, dt=1e-4) for amplitude in (250, 300)
    }
    fig = plotting.stacked_traces(runs)
    assert [title.text for title in fig.layout.annotations] == ["250 pA", "300 pA"]
    assert [np.max(line.y) for line in fig.data] == [np.float32(20)] * 2
    assert fig.layout.yaxis.range == fig.layout.yaxis2.range


def test_painted_spikes_are_equally_high_whatever_the_last_sample_of_the_upstroke():
    run = simulate(presets.aelif, 300 * pA, duration=1.0, dt=1e-4)
    assert np.max(run.V) > 0.02
    assert np.max(plotting.traces(run).data[0].y) == np.float32(20)
