"""The still picture of an explorer: for print, for PDF, and where JavaScript is off."""

import base64
import io
import re

import numpy as np

from lifcourse.plotting import thin


def png(explorer):
    """Draw an explorer at its first setting.

    Parameters
    ----------
    explorer : Explorer
        What to draw.

    Returns
    -------
    str
        A PNG, in base64.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    setting = explorer.setting()
    answer, values = explorer.compute(setting), explorer.values(setting)
    places = {place: [p for p in explorer.panels if p["place"] == place] for place in ("main", "side")}
    columns = [panels for panels in places.values() if panels]
    figure = Figure(figsize=(7.5, 1.9 + 1.3 * max(map(len, columns))), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    grids = figure.add_gridspec(1, len(columns), width_ratios=[3, 2][: len(columns)])
    for grid, panels in zip(grids, columns, strict=True):
        rows = grid.subgridspec(len(panels), 1, height_ratios=[panel.get("height", 240) for panel in panels])
        for row, panel in zip(rows, panels, strict=True):
            _draw(figure.add_subplot(row), panel, explorer, answer, values)
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return base64.b64encode(file.getvalue()).decode()


def _draw(axes, panel, explorer, answer, values):
    x, y = panel["x"], panel["y"]
    colours = explorer.spec["colours"]["light"]

    def value(given):
        return values.get(given, np.nan) if isinstance(given, str) else given

    for series in panel["series"]:
        colour = colours[str(series["colour"])]
        label = _text(series["name"]) or None
        style = "--" if series.get("dashed") else "-"
        if "curve" in series:
            curve, found = explorer.curves[series["curve"]], answer["curves"][series["curve"]]
            if found is not None:
                xs = np.linspace(curve.low, curve.high, curve.points)
                axes.plot(xs / x["factor"], found["y"] / y["factor"], style, color=colour, label=label)
            continue
        run = answer["runs"][series["run"]]
        if run is None or run["problem"]:
            continue
        ys = run["traces"][series["what"]]
        if panel["kind"] == "phase":
            xs, ys = run["traces"][series["x"]].copy(), ys.copy()
            xs[run["spikes"]] = np.nan
            axes.plot(xs / x["factor"], ys / y["factor"], color=colour, label=label, linewidth=1)
            if resets := series.get("resets"):
                at = [run["traces"][name][run["spikes"]] for name in (series["x"], series["what"])]
                label, colour = _text(resets["name"]), colours[str(resets["colour"])]
                axes.plot(at[0] / x["factor"], at[1] / y["factor"], "o", ms=4, mfc="none", color=colour, label=label)
            continue
        if series.get("top") is not None:
            ys = np.minimum(ys, series["top"])
        last = min(len(ys), round(x["limits"][1] / run["dt"]) + 1)
        kept = thin(ys[:last])
        width = 3 if series.get("wide") else 1.2
        axes.plot(
            kept * run["dt"] / x["factor"], ys[kept] / y["factor"], style, color=colour, label=label, linewidth=width
        )
        if series.get("top") is not None:
            spikes = run["spikes"][run["spikes"] < last]
            axes.vlines(
                spikes * run["dt"] / x["factor"],
                ys[spikes] / y["factor"],
                series["top"] / y["factor"],
                color=colour,
                linewidth=width,
            )
    for level in panel.get("levels", ()):
        axes.axhline(value(level["value"]) / y["factor"], color="grey", linestyle="--", linewidth=0.8)
    if panel.get("band"):
        axes.axvspan(*(value(edge) / x["factor"] for edge in panel["band"]), color="grey", alpha=0.12, linewidth=0)
    for point in panel["points"]:
        source = point["y"]
        if "curve" in source:
            at = answer["curves"][source["curve"]]["present"]
        else:
            run = answer["runs"][source["run"]]
            at = len(run["spikes"]) / explorer.runs[source["run"]].duration
        axes.plot(
            value(point["x"]) / x["factor"],
            at / y["factor"],
            "o",
            color=colours[str(point["colour"])],
            fillstyle="full" if point.get("filled") else "none",
            label=_text(point["name"]),
        )
    if x["limits"]:
        axes.set_xlim(x["limits"][0] / x["factor"], x["limits"][1] / x["factor"])
    if y["limits"]:
        axes.set_ylim(y["limits"][0] / y["factor"], y["limits"][1] / y["factor"])
    elif panel["kind"] == "phase":
        shown = [answer["runs"][s["run"]]["traces"][s["what"]] for s in panel["series"] if "run" in s]
        shown += [[answer["curves"][s["curve"]]["y"].min()] for s in panel["series"] if s.get("fit") == "lowest"]
        low, high = (edge(np.concatenate(shown)) / y["factor"] for edge in (np.min, np.max))
        margin = 0.2 * (high - low) or 1.0
        axes.set_ylim(low - margin, high + margin)
    axes.set_xlabel(_text(f"{x['name']} {x['symbol']} ({x['unit']})"), fontsize=9)
    axes.set_ylabel(_text(f"{y['name']}<br>{y['symbol']} ({y['unit']})"), fontsize=9)
    axes.tick_params(labelsize=8)
    if axes.get_legend_handles_labels()[0]:
        above = {"loc": "lower left", "bbox_to_anchor": (0, 1)} if panel["kind"] == "phase" else {"loc": "best"}
        axes.legend(fontsize=7, frameon=False, **above)


def _text(html):
    """HTML of a symbol as matplotlib writes it."""
    text = re.sub(r"(\S+?)<sub>(.*?)</sub>(?:<sup>(.*?)</sup>)?", _index, html.replace("<br>", "\n"))
    return re.sub(r"<i>(.*?)</i>", r"$\1$", text)


def _index(found):
    base, below, above = found.groups()
    base = base.replace("Δ", r"\Delta ").replace("τ", r"\tau ")
    return f"${base}_{{\\mathrm{{{below}}}}}" + (f"^{{\\mathrm{{{above}}}}}$" if above else "$")
