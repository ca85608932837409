"""Sphinx extension that puts explorers on a page: their numbers come from the translated models, without a kernel.

Listed in ``_config.yml``. Each explorer becomes a ``<div>`` with its data and the models' JavaScript, and one deferred
script brings it to life when it comes near the viewport. Without JavaScript, in print and in a PDF there is its still
picture.
"""

from __future__ import annotations

import html
import json
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes

from lifcourse.explorers._explorer import MIME
from lifcourse.explorers._normal import ziggurat

if TYPE_CHECKING:
    from myst_nb.core.render import MimeData, NbElementRenderer
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
STATIC = HERE.parent / "static"
SCRIPT = "lifcourse/explorers.js"
STYLE = "lifcourse/explorers.css"


class ExplorerRenderer:
    """Renders an explorer that a cell shows; registered with myst-nb by an entry point of the package."""

    mime_priority_overrides: ClassVar[list[tuple[str, str, int | None]]] = [("*", MIME, 1)]

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        """Return the nodes of an explorer; None leaves the output to others.

        Parameters
        ----------
        renderer : NbElementRenderer
            What renders the notebook.
        data : MimeData
            The output, with the metadata of its cell.
        inline : bool
            Whether the output stands within a line of text.

        Returns
        -------
        list of nodes.Element or None
            The explorer for pages, with its still picture for readers without JavaScript and for print.
        """
        if data.mime_type != MIME or inline:
            return None
        content = data.content
        still = type(data)(
            "image/png", content["still"], data.cell_metadata, {}, data.cell_index, data.output_index, data.line
        )
        options = renderer.renderer.get_cell_level_config("render_image_options", data.cell_metadata, line=data.line)
        text = explorer_html(content, str((options or {}).get("alt", "")))
        live = nodes.raw("", f"{text}<noscript>", format="html")
        live["lifcourse_explorer"] = True
        # The renderers of the package are asked, so that a missing caption or alternative text is reported.
        return [live, *renderer.render_mime_type(still), nodes.raw("", "</noscript>", format="html")]


def explorer_html(content: dict[str, Any], title: str) -> str:
    """Return the HTML from which ``page.js`` starts an explorer.

    Parameters
    ----------
    content : dict
        What `Explorer` emits: its ``spec``, the JavaScript ``code`` of its models and their ``id``.
    title : str
        What the figure shows, for those who do not see it.

    Returns
    -------
    str
        The models as a script, and a ``<div>`` that holds the rest as JSON.
    """
    spec = content["spec"] | {"title": title or content["spec"]["title"]}
    text = json.dumps({"spec": spec, "models": content["id"]}, separators=(",", ":"), ensure_ascii=False)
    text = text.replace("<", "\\u003c")  # nothing in it may close the script element
    return (
        f"<script>(window.lifModels ??= {{}})[{json.dumps(content['id'])}] = {content['code']};</script>\n"
        f'<div class="lif-explorer-page" data-name="{html.escape(spec["name"])}">'
        f'<script type="application/json">{text}</script></div>\n'
    )


def script() -> str:
    """All that a page with explorers runs: uPlot, the view, the stand-in for the kernel, and what starts them."""
    sources = [STATIC / "uPlot.iife.min.js", *(HERE / name for name in ("view.js", "compute.js", "page.js"))]
    view, *others = (source.read_text(encoding="utf-8") for source in sources)
    tables = json.dumps(ziggurat(), separators=(",", ":"))
    return "\n".join(["(() => {", view, f"const lifZiggurat = {tables};", *others, "})();\n"])


def style() -> str:
    """The style sheet of the explorers, uPlot's included."""
    sources = [STATIC / "uPlot.min.css", HERE / "view.css"]
    return "".join(source.read_text(encoding="utf-8") for source in sources)


def _write_assets(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    target = Path(app.outdir, "_static")
    (target / SCRIPT).parent.mkdir(parents=True, exist_ok=True)
    (target / SCRIPT).write_text(script(), encoding="utf-8")
    (target / STYLE).write_text(style(), encoding="utf-8")
    licence = (STATIC / "uPlot.LICENSE.txt").read_text(encoding="utf-8")
    (target / "lifcourse" / "uPlot.LICENSE.txt").write_text(licence, encoding="utf-8")


def _add_assets(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None) -> None:
    if app.builder.format != "html" or doctree is None:
        return
    if any(node.get("lifcourse_explorer") for node in doctree.findall(nodes.raw)):
        app.add_css_file(STYLE, priority=900)
        app.add_js_file(SCRIPT, priority=100, loading_method="defer")  # before MathJax, which takes its time


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx.

    Parameters
    ----------
    app : Sphinx
        The application.

    Returns
    -------
    dict
        The version, and that reading and writing may run in parallel.
    """
    app.connect("builder-inited", _write_assets)
    app.connect("html-page-context", _add_assets)
    return {"version": metadata.version("lifcourse"), "parallel_read_safe": True, "parallel_write_safe": True}
