"""The host in a live notebook: a widget whose numbers come from the kernel."""

import functools
from pathlib import Path

import anywidget
import numpy as np
import traitlets

_HERE = Path(__file__).parent
_STATIC = _HERE.parent / "static"


def _text(path):
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; install the package with `pip install .`, which fetches it")
    return path.read_text(encoding="utf-8")


@functools.cache
def _module():
    """The view and uPlot as one JavaScript module; it comes over the kernel's line, from no other host."""
    view = _text(_HERE / "view.js")
    return f"{_text(_STATIC / 'uPlot.iife.min.js')}\n{view}\nexport default {{ render: lifRender(uPlot) }};\n"


@functools.cache
def _style():
    return _text(_STATIC / "uPlot.min.css") + _text(_HERE / "view.css")


class _Widget(anywidget.AnyWidget):
    spec = traitlets.Dict().tag(sync=True)

    def __init__(self, explorer):
        self._explorer = explorer
        self._esm, self._css = _module(), _style()
        super().__init__(spec=explorer.spec)
        self.on_msg(self._answer)

    def _answer(self, _, message, buffers):
        answer, arrays = packed(self._explorer.compute(message["setting"]), self._explorer)
        self.send({"id": message["id"], "answer": answer}, buffers=arrays)


def widget_of(explorer):
    """Make the live widget of an explorer."""
    return _Widget(explorer)


def packed(answer, explorer):
    """Take the arrays out of an answer.

    Returns
    -------
    dict
        The answer; where an array was, it says which of the buffers holds it, and of which type.
    list of bytes
        The arrays: what the panels show, as 32-bit numbers.
    """
    buffers = []
    series = [(panel, one) for panel in explorer.panels for one in panel["series"] if "run" in one]
    shown = {(one["run"], name) for _, one in series for name in (one["what"], one.get("x"))}
    # A panel over time may show only the beginning; what is drawn over another quantity is drawn as a whole.
    last = {}
    for panel, one in series:
        end = panel["x"]["limits"][1] if panel["kind"] == "time" else np.inf
        last[one["run"]] = max(end, last.get(one["run"], 0.0))

    def put(array, kind):
        buffers.append(np.ascontiguousarray(array, kind).tobytes())
        return {"buffer": len(buffers) - 1, "type": kind}

    def run(index, result):
        if result is None:
            return None
        end = int(min(result["n"], last.get(index, 0.0) / result["dt"] + 2))
        wanted = {name: trace[:end] for name, trace in result["traces"].items() if (index, name) in shown}
        traces = {name: put(trace, "float32") for name, trace in wanted.items()}
        mean_V = None if np.isnan(result["mean_V"]) else result["mean_V"]
        return result | {"traces": traces, "spikes": put(result["spikes"], "int32"), "mean_V": mean_V}

    def curve(result):
        if result is None:
            return None
        present = None if np.isnan(result["present"]) else result["present"]
        return {"y": put(result["y"], "float32"), "present": present}

    runs = [run(index, result) for index, result in enumerate(answer["runs"])]
    return {"runs": runs, "curves": [curve(result) for result in answer["curves"]]}, buffers
