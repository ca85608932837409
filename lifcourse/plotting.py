"""Figures: each function takes results and returns a Plotly figure; none simulates, none changes what it is given.

Spikes are painted here, and only here: the potential of an integrate-and-fire neuron has no spikes in it.
"""

import itertools
import re
from collections.abc import Mapping

import numpy as np

from lifcourse import analytic
from lifcourse.simulation import Recording
from lifcourse.symbols import QUANTITIES, Quantity

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#C08400", "#3D98CE")
"""Line colours, told apart by colour-blind eyes too: those of M. Okabe and K. Ito (*Color Universal Design*, 2008),
the last two darkened until they stand out from a white page."""
COLOURS_ON_DARK = ("#56B4E9", "#F0883E", "#2CC295", "#E19BC3", "#E6B422", "#9FD4F5")
"""What takes their place, one by one, on a page in the dark theme."""
GREY = "#808080"
"""Colour of what accompanies the lines, on a page in either theme: reference lines, the path through a phase plane."""
_MOST_POINTS = 1400
_COLUMN, _LEGEND_ROW = 620, 19  # px: width of a page's column of text without margins, height of a row of a legend
_SPIKE_TOP = 0.02  # V; how far up a painted spike reaches


def traces(recordings, show=("V",), *, title="", window=None, unit_of_time="s", current_unit="pA", paint_spikes=True):
    """Draw recordings over time, one panel for each quantity.

    Parameters
    ----------
    recordings : Recording or dict of str to Recording
        What to draw; the keys of a dict become the legend.
    show : sequence of str or tuple of str
        Panels from top to bottom: a name such as ``"V"``, ``"current"``, ``"G_SRA"``, or a tuple of names that share a
        panel. In such a tuple the first is drawn solid, the others dashed.
    title : str
        Title of the figure.
    window : tuple of float, optional
        First and last time to draw, in s; by default everything.
    unit_of_time : {"s", "ms"}
        Unit of the time axis.
    current_unit : {"pA", "nA"}
        Unit of an axis of currents.
    paint_spikes : bool, default True
        Whether to draw a vertical line up to 20 mV at each spike, in panels that show V.

    Returns
    -------
    plotly.graph_objects.Figure
        One panel a row, with a common time axis.

    Raises
    ------
    ValueError
        If a recording lacks a quantity or the window is empty.
    TypeError
        If `recordings` is something else.
    """
    from plotly.subplots import make_subplots

    recordings = _named(recordings, Recording, "recordings")
    panels = [(names,) if isinstance(names, str) else tuple(names) for names in show]
    time = QUANTITIES["t_ms" if unit_of_time == "ms" else "t"]
    fig = make_subplots(rows=len(panels), cols=1, shared_xaxes=True, vertical_spacing=0.06)
    several, factors = len(recordings) > 1, {}
    for row, names in enumerate(panels, 1):
        quantity = _current_quantity(current_unit) if names[0] == "current" else QUANTITIES[names[0]]
        fig.update_yaxes(title_text=_two_lines(quantity), row=row, col=1)
        for position, name in enumerate(names):
            for index, (label, recording) in enumerate(recordings.items()):
                xs, ys = _trace(recording, name, window, paint_spikes)
                shade = index if several else row - 1 + position
                fig.add_scatter(
                    x=_float32(xs / time.factor),
                    y=_float32(ys / quantity.factor),
                    mode="lines",
                    name=_trace_name(label, name, len(names) > 1),
                    legendgroup=label,
                    showlegend=(several and row == _first_row(panels)) or len(names) > 1,
                    line={
                        "color": COLOURS[shade % len(COLOURS)],
                        "width": 1.5,
                        "dash": "solid" if position == 0 else "dash",
                    },
                    hovertemplate=f"%{{x:.4~g}} {time.unit}, %{{y:.4~g}} {quantity.unit}",
                    row=row,
                    col=1,
                )
        factors["x", row], factors["y", row] = time.factor, quantity.factor
    fig.update_xaxes(title_text=time.label, row=len(panels), col=1)
    return _finish(fig, title, 170 + 170 * len(panels), factors)


def lines(series, *, x, y, title="", markers=(), dashed=(), log_x=False, log_y=False):
    """Draw curves over a common axis.

    Parameters
    ----------
    series : dict of str to (array_like, array_like)
        Curves by name, each a pair of x and y values in SI units; NaN leaves a gap.
    x, y : str or Quantity or (str, str, float)
        What the axes show: a name from `lifcourse.symbols`, or a label, a unit and that unit in SI units.
    title : str
        Title of the figure.
    markers, dashed : sequence of str
        Names of the curves to draw as points, and as dashed lines.
    log_x, log_y : bool, default False
        Whether an axis is logarithmic.

    Returns
    -------
    plotly.graph_objects.Figure
        All curves in one panel.

    Raises
    ------
    ValueError
        If x and y of a curve differ in length, a name is unknown, or a logarithmic axis would have to show 0.
    """
    import plotly.graph_objects as go

    across, up = _quantity("x", x), _quantity("y", y)
    for name in (*markers, *dashed):
        if name not in series:
            raise ValueError(f"markers and dashed must name curves of series ({', '.join(series)}), not {name!r}")
    fig = go.Figure()
    for index, (name, (xs, ys)) in enumerate(series.items()):
        xs, ys = np.asarray(xs, float), np.asarray(ys, float)
        if xs.shape != ys.shape or xs.ndim != 1:
            raise ValueError(f"series[{name!r}] has x of shape {xs.shape} and y of shape {ys.shape}; they must agree")
        for wanted, axis, values in ((log_x, "x", xs), (log_y, "y", ys)):
            if wanted and (values <= 0).any():
                raise ValueError(f"series[{name!r}] has {axis} = {np.nanmin(values):g}; a logarithmic axis needs > 0")
        colour = COLOURS[index % len(COLOURS)]
        points = name in markers
        fig.add_scatter(
            x=_float32(xs / across.factor),
            y=_float32(ys / up.factor),
            name=name,
            mode="markers" if points else "lines",
            marker={"color": colour, "size": 7, "symbol": _SYMBOLS[index % len(_SYMBOLS)]} if points else None,
            line=None if points else {"color": colour, "width": 2, "dash": "dash" if name in dashed else "solid"},
            hovertemplate=f"%{{x:.4~g}} {across.unit}, %{{y:.4~g}} {up.unit}",
        )
    fig.update_layout(showlegend=len(series) > 1)
    fig.update_xaxes(title_text=across.label, **_scale(log_x, [xs for xs, _ in series.values()], across.factor))
    fig.update_yaxes(title_text=up.label, **_scale(log_y, [ys for _, ys in series.values()], up.factor))
    return _finish(fig, title, 420, {("x", 1): across.factor, ("y", 1): up.factor})


def stacked_traces(recordings, *, title="", unit_of_time="ms"):
    """Draw the potentials of several recordings below each other, for comparing their rhythms.

    Parameters
    ----------
    recordings : dict of str to Recording
        What to draw, from top to bottom; the keys become titles of panels.
    title : str
        Title of the figure.
    unit_of_time : {"s", "ms"}
        Unit of the time axis.

    Returns
    -------
    plotly.graph_objects.Figure
        One panel a row, with a common time axis and a common scale of V.

    Raises
    ------
    TypeError
        If `recordings` is something else.
    """
    from plotly.subplots import make_subplots

    recordings = _named(recordings, Recording, "recordings")
    time, V = QUANTITIES["t_ms" if unit_of_time == "ms" else "t"], QUANTITIES["V"]
    rows = len(recordings)
    titles = list(recordings)
    fig = make_subplots(rows=rows, cols=1, shared_xaxes=True, subplot_titles=titles, vertical_spacing=0.2 / rows)
    factors, lowest = {}, 0.0
    for row, (name, recording) in enumerate(recordings.items(), 1):
        xs, ys = painted(recording, thin(recording.V, _MOST_POINTS // 2))
        lowest = min(lowest, ys.min())
        fig.add_scatter(
            x=_float32(xs / time.factor),
            y=_float32(ys / V.factor),
            mode="lines",
            name=name,
            showlegend=False,
            line={"color": COLOURS[0], "width": 1.5},
            hovertemplate=f"%{{x:.4~g}} {time.unit}, %{{y:.4~g}} {V.unit}",
            row=row,
            col=1,
        )
        factors["x", row], factors["y", row] = time.factor, V.factor
    fig.update_yaxes(title_text=_short(V), range=[lowest / V.factor - 4, _SPIKE_TOP / V.factor + 4])
    fig.update_xaxes(title_text=time.label, row=rows, col=1)
    fig.update_annotations(font_size=13)
    return _finish(fig, title, 110 + 120 * rows, factors)


def phase_plane(recordings, *, title="", columns=1):
    """Draw runs of adaptive exponential neurons in the plane of V and `I_SRA`, with what governs them there.

    Each panel shows the two nullclines and the fixed points for the current of the last sample, the path that the
    state takes, and the points to which spikes reset it. The path leaves to the right in each upstroke; from there to
    the reset point there is a gap.

    Parameters
    ----------
    recordings : Recording or dict of str to Recording
        Runs of `AELIF` neurons, one a panel; the keys of a dict become titles of panels.
    title : str
        Title of the figure.
    columns : int, default 1
        Number of panels in a row.

    Returns
    -------
    plotly.graph_objects.Figure
        Panels from left to right and from top to bottom.

    Raises
    ------
    TypeError
        If `recordings` is something else, or not of an `AELIF` neuron.
    """
    from plotly.subplots import make_subplots

    recordings = _named(recordings, Recording, "recordings")
    rows = -(-len(recordings) // columns)
    fig = make_subplots(
        rows=rows,
        cols=columns,
        subplot_titles=list(recordings) if len(recordings) > 1 else None,
        vertical_spacing=0.24 / rows if rows > 1 else 0,
        horizontal_spacing=0.14 / columns,
    )
    across, up = QUANTITIES["V"], QUANTITIES["I_SRA"]
    for index, recording in enumerate(recordings.values()):
        row, col = divmod(index, columns)
        curves, left, right, bottom, top = _plane(recording)
        for name, (V, I_SRA, style) in curves.items():
            fig.add_scatter(
                x=_float32(V / across.factor),
                y=_float32(I_SRA / up.factor),
                name=name,
                legendgroup=name,
                showlegend=index == 0,
                hovertemplate=f"%{{x:.4~g}} {across.unit}, %{{y:.4~g}} {up.unit}",
                row=row + 1,
                col=col + 1,
                **style,
            )
        fig.update_xaxes(range=[left / across.factor, right / across.factor], row=row + 1, col=col + 1)
        fig.update_yaxes(range=[bottom / up.factor, top / up.factor], row=row + 1, col=col + 1)
    fig.update_xaxes(title_text=across.label if columns == 1 else _short(across), row=rows)
    fig.update_yaxes(title_text=_two_lines(up) if columns == 1 else _short(up), col=1)
    fig.update_annotations(font_size=13 if columns == 1 else 11)
    height = 120 + (300 if columns == 1 else 250) * rows
    _lower_panels(fig, 26 / (height - 120))  # a legend stands above, where the titles of panels would be
    return _finish(fig, title, height, {("x", 1): across.factor, ("y", 1): up.factor})


def mark(fig, *, x=None, y=None, text="", row=1):
    """Add a labelled dotted reference line, vertical at `x` or horizontal at `y`, to a figure of this module.

    Parameters
    ----------
    fig : plotly.graph_objects.Figure
        A figure of `traces` or `lines`; it is changed and returned.
    x, y : float, optional
        Where, in SI units; give one of the two.
    text : str
        Label of the line.
    row : int, default 1
        Panel, counted from the top.

    Returns
    -------
    plotly.graph_objects.Figure
        The same figure.

    Raises
    ------
    ValueError
        If not exactly one of `x` and `y` is given.
    """
    if (x is None) == (y is None):
        raise ValueError(f"give either x or y, not x = {x!r} and y = {y!r}")
    upright = x is not None
    factor = fig._factors["x" if upright else "y", row]
    add, where = (fig.add_vline, x) if upright else (fig.add_hline, y)
    add(
        where / factor,
        line={"color": GREY, "width": 1.5, "dash": "dot"},
        annotation={"text": text, "font": {"size": 13}} if text else None,
        annotation_position="top left" if upright else "top right",  # potentials run below their threshold
        **({"row": row, "col": 1} if len(fig._factors) > 2 else {}),
    )
    return fig


_SYMBOLS = ("circle", "diamond", "square", "x", "triangle-up", "cross")


def _lower_panels(fig, share):
    """Squeeze the panels and their titles into the lower part of the figure, leaving `share` of it free above."""
    for axis in fig.select_yaxes():
        axis.domain = [edge * (1 - share) for edge in axis.domain]
    for annotation in fig.layout.annotations:
        annotation.y *= 1 - share


def _plane(recording):
    """Curves of a phase plane as V, `I_SRA` and style by name, and the edges of the plane."""
    neuron, current = recording.neuron, recording.current[-1]
    fixed = analytic.fixed_points(neuron, current)
    right = neuron.params.V_th + 6 * neuron.Delta_th
    left = recording.V.min() - 3e-3
    V = np.linspace(left, right, 160)
    null = analytic.nullclines(neuron, current, V)
    heights = [
        null.V.min(),
        recording.I_SRA.min(),
        recording.I_SRA.max(),
        *(point.I_SRA for point in fixed if left < point.V < right),
    ]
    low, high = min(heights), max(heights)
    margin = 0.12 * (high - low)
    low, high = low - margin, high + margin

    V_path, I_path = _path(recording, right)
    resets = recording.spike_samples
    curves = {
        "dV/dt = 0": (V, null.V, _line(COLOURS[0], 2)),
        "dI<sub>SRA</sub>/dt = 0": (V, null.I_SRA, _line(COLOURS[1], 2, "dash")),
        "path": (V_path, I_path, _line(GREY, 1.5)),
        "reset points": (recording.V[resets], recording.I_SRA[resets], _point(COLOURS[2], "square")),
    }
    for name, symbol, stable in (
        ("stable fixed point", "circle", True),
        ("unstable fixed point", "circle-open", False),
    ):
        points = [point for point in fixed if point.stable is stable]
        at = np.array([[point.V, point.I_SRA] for point in points]).reshape(-1, 2).T
        curves[name] = (*at, _point(COLOURS[3], symbol, 10))
    return curves, left, right, low, high


def _path(recording, right, most=500):
    """V and `I_SRA` of a run: evenly thinned along the path, led to the right edge at each spike, with a gap there."""
    V, I_SRA, spikes = np.minimum(recording.V, right), recording.I_SRA, recording.spike_samples
    step = np.hypot(np.diff(V) / (np.ptp(V) or 1), np.diff(I_SRA) / (np.ptp(I_SRA) or 1))
    step[spikes - 1] = 0
    length = np.concatenate([[0], np.cumsum(step)])
    even = np.searchsorted(length, np.linspace(0, length[-1], most))
    samples = np.unique(np.concatenate([even.clip(max=len(V) - 1), spikes, spikes - 1, [0, len(V) - 1]]).astype(int))
    place = np.searchsorted(samples, spikes)
    V_path = np.insert(V[samples], np.repeat(place, 2), np.tile([right, np.nan], len(spikes)))
    return V_path, np.insert(I_SRA[samples], np.repeat(place, 2), np.repeat(I_SRA[spikes - 1], 2))


def _line(colour, width, dash="solid"):
    return {"mode": "lines", "line": {"color": colour, "width": width, "dash": dash}}


def _point(colour, symbol, size=6):
    return {
        "mode": "markers",
        "marker": {"color": colour, "symbol": symbol, "size": size, "line": {"color": colour, "width": 2}},
    }


def _short(quantity):
    return f"{quantity.symbol} ({quantity.unit})"


def _finish(fig, title, height, factors):
    fig._factors = factors  # by axis and panel: what `mark` divides by
    more_rows = max(0, _legend_rows(fig) - 1)
    fig.update_layout(
        title={"text": title, "x": 0, "xanchor": "left", "y": 1, "yanchor": "top", "pad": {"t": 14}},
        height=height + _LEGEND_ROW * more_rows,
        margin={"l": 70, "r": 20, "t": (60 if title else 20) + _LEGEND_ROW * more_rows, "b": 60},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
        hovermode="closest",
        template="plotly_white",
    )
    return fig


def _legend_rows(fig):
    """About how many rows the legend takes up: Plotly sets one that is too wide for a row in even columns."""
    names = [re.sub("<.*?>", "", line.name or "") for line in fig.data if line.showlegend is not False]
    if fig.layout.showlegend is False or not names:
        return 0
    widths = [45 + 7 * len(name) for name in names]  # a sample of the line, and the letters, in px
    return 1 if sum(widths) <= _COLUMN else -(-len(names) // max(1, _COLUMN // max(widths)))


def _named(values, kind, argument):
    if isinstance(values, kind):
        return {"": values}
    if isinstance(values, Mapping) and values and all(isinstance(value, kind) for value in values.values()):
        return dict(values)
    raise TypeError(f"{argument} must be a {kind.__name__} or a dict of them by name, not {values!r}")


def _scale(logarithmic, values, factor):
    """Layout of an axis: a logarithmic one is labelled the more sparsely the longer it is, without SI prefixes."""
    if not (logarithmic and values):
        return {"type": "linear"}
    values = np.concatenate([np.asarray(value, float) for value in values]) / factor
    decades = np.log10(np.nanmax(values) / np.nanmin(values)) if np.isfinite(values).any() else 0.0
    dtick = max(1, round(decades / 6)) if decades >= 2 else "D2" if decades >= 1 else None  # D2: 1, 2 and 5
    return {"type": "log", "exponentformat": "power", "dtick": dtick}


def _quantity(argument, given):
    if isinstance(given, Quantity):
        return given
    if isinstance(given, str):
        if given not in QUANTITIES:
            raise ValueError(f"{argument} = {given!r} is not a quantity of lifcourse.symbols: {', '.join(QUANTITIES)}")
        return QUANTITIES[given]
    name, unit, factor = given
    return Quantity(name, "", unit, factor)


def _current_quantity(unit):
    return QUANTITIES["current_nA" if unit == "nA" else "current"]


def _trace(recording, name, window, paint_spikes):
    """Times and values of one quantity: cut to the window, thinned to what can be seen, spikes painted on V."""
    first, last = 0, len(recording.V) - 1
    if window is not None:
        first = max(first, round(window[0] / recording.dt))
        last = min(last, round(window[1] / recording.dt))
        if first >= last:
            raise ValueError(f"window = {window!r} s holds no two samples of a recording of {recording.duration:g} s")
    try:
        values = np.asarray(getattr(recording, name))
    except AttributeError as error:
        raise ValueError(f"show = {name!r}: {error}") from None
    samples = thin(values[first : last + 1]) + first
    if name == "V" and paint_spikes:
        return painted(recording, samples)
    return samples * recording.dt, values[samples]


def painted(recording, samples=None):
    """Times and potentials of a recording with a vertical line up to 20 mV at each spike, ready to draw.

    Parameters
    ----------
    recording : Recording
        What to draw; it stays as it is.
    samples : numpy.ndarray of int, optional
        Increasing indices of the samples to keep; by default all.

    Returns
    -------
    t, V : numpy.ndarray
        Times, in s, and potentials, in V: one point more for each spike within the samples, none above 20 mV, so that
        an upstroke that the model makes itself is drawn as high as any other.
    """
    samples = np.arange(len(recording.V)) if samples is None else samples
    spikes = recording.spike_samples
    spikes = spikes[(spikes >= samples[0]) & (spikes <= samples[-1])]
    place = np.searchsorted(samples, spikes)
    t = np.insert(samples, place, spikes) * recording.dt
    return t, np.insert(np.minimum(recording.V[samples], _SPIKE_TOP), place, _SPIKE_TOP)


def thin(values, most=_MOST_POINTS):
    """Indices of the samples that a plot needs: all of them, or the extremes of each of `most` / 2 stretches.

    Parameters
    ----------
    values : numpy.ndarray, shape (n,)
        The samples, in any unit.
    most : int
        About how many to keep.

    Returns
    -------
    numpy.ndarray of int, shape (m,)
        Increasing indices, the first and the last sample among them.
    """
    n = len(values)
    if n <= most:
        return np.arange(n)
    edges = np.linspace(0, n, most // 2 + 1).astype(int)
    extremes = [
        start + np.array([np.argmin(values[start:stop]), np.argmax(values[start:stop])])
        for start, stop in itertools.pairwise(edges)
    ]
    return np.unique(np.concatenate([*extremes, [0, n - 1]]))


def _trace_name(label, name, shared):
    symbol = QUANTITIES["current" if name == "current" else name].symbol
    if not shared:
        return label
    return f"{symbol}, {label}" if label else symbol


def _first_row(panels):
    """Row that carries the legend of the recordings: the first, or none where a shared panel names them already."""
    return 0 if any(len(names) > 1 for names in panels) else 1


def _two_lines(quantity):
    return f"{quantity.name}<br>{quantity.symbol} ({quantity.unit})"


def _float32(values):
    return np.asarray(values, np.float32)
