/* Draws the Plotly figures of a page: each when it comes near the viewport, in the colours of the theme, as wide as its
   column. `lifColours`, which sphinxext.py puts before this, has what each line colour becomes in the dark theme. */
(() => {
  "use strict";

  const PLOTLY = new URL("plotly-cartesian.min.js", document.currentScript.src).href;
  const NEAR = "600px 0px";
  const PHONE = 520; // narrower than this: smaller type, legend above
  const DEFAULT_HEIGHT = 420;
  const TITLE = 40; // px from the top of a figure to below its title
  const MARGINS = { "margin.l": 70, "margin.r": 24, "margin.b": 56 }; // where the figure says nothing
  const CONFIG = {
    displayModeBar: "hover",
    displaylogo: false,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
    toImageButtonOptions: { scale: 2 },
    showTips: false,
  };
  const figures = new Map(); // element -> {spec, canvas, width}

  let plotly = null;
  function loadPlotly() {
    plotly ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = PLOTLY;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => reject(new Error(`could not load ${PLOTLY}`));
      document.head.append(script);
    });
    return plotly;
  }

  function theme() {
    const style = getComputedStyle(document.documentElement);
    const value = (name, light, dark) => style.getPropertyValue(name).trim() || (isDark() ? dark : light);
    return {
      text: value("--pst-color-text-base", "#222832", "#ced6dd"),
      surface: value("--pst-color-on-background", "#ffffff", "#222832"),
      grid: value("--lif-grid", "#e1e4e8", "#3a414b"),
      zero: value("--lif-zero", "#b4bac2", "#67707c"),
      family: getComputedStyle(document.body).fontFamily,
    };
  }

  const isDark = () => document.documentElement.dataset.theme === "dark";
  const themed = (colour) => (isDark() && lifColours[colour]) || colour;
  const COLOURED = ["line.color", "marker.color", "marker.line.color"];

  /** The colours of lines and points as an update for Plotly.restyle: for each path a list with one colour a trace. */
  function lineUpdate(data) {
    return Object.fromEntries(COLOURED.map((path) => [path, data.map((trace) => themed(at(trace, path)))]));
  }

  /** The theme's other colours as an update for Plotly.relayout. */
  function themeUpdate(layout) {
    const { text, surface, grid, zero, family } = theme();
    const update = {
      "font.color": text,
      "font.family": family,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      "legend.bgcolor": "rgba(0,0,0,0)",
      "hoverlabel.bgcolor": surface,
      "hoverlabel.bordercolor": zero,
      "hoverlabel.font.color": text,
      "modebar.bgcolor": "rgba(0,0,0,0)",
      "modebar.color": text,
      "modebar.activecolor": text,
    };
    const axes = Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key));
    for (const axis of new Set(["xaxis", "yaxis", ...axes])) {
      update[`${axis}.gridcolor`] = grid;
      update[`${axis}.zerolinecolor`] = zero;
      update[`${axis}.linecolor`] = zero;
      update[`${axis}.tickcolor`] = zero;
    }
    // Lines and arrows to which the figure gives no colour are of the text's.
    (layout.shapes ?? []).forEach((shape, i) => {
      if (!shape.line?.color) update[`shapes[${i}].line.color`] = text;
    });
    (layout.annotations ?? []).forEach((annotation, i) => {
      if (!annotation.arrowcolor) update[`annotations[${i}].arrowcolor`] = text;
    });
    return update;
  }

  const keysOf = (path) => path.split(/[.[\]]+/).filter(Boolean);
  const at = (object, path) => keysOf(path).reduce((value, key) => value?.[key], object);

  /** Size, type and place of the legend for a column of this width, as an update; wide ones get back what the figure says. */
  function sizeUpdate(layout, width) {
    const height = layout.height ?? DEFAULT_HEIGHT;
    const phone = {
      height: Math.max(300, Math.round(height * 0.85)),
      "font.size": 11,
      "margin.l": 52,
      "margin.r": 12,
      "margin.b": 48,
      "legend.orientation": "h",
      "legend.x": 0,
      "legend.xanchor": "left",
      "legend.y": 1.02,
      "legend.yanchor": "bottom",
    };
    const wide = Object.fromEntries(Object.keys(phone).map((path) => [path, at(layout, path) ?? MARGINS[path] ?? null]));
    const top = at(layout, "margin.t") ?? (layout.title?.text ? 60 : 24);
    return { ...wide, height, "margin.t": top, ...(width < PHONE ? phone : {}), width };
  }

  /** A legend above the figure grows upwards when it wraps: what its rows need below the title, once they are laid out. */
  function roomUpdate(canvas, layout) {
    const legend = canvas.querySelector(".legend");
    const above = at(canvas, "_fullLayout.legend.yanchor") === "bottom" && at(canvas, "_fullLayout.legend.y") >= 1;
    if (!legend || !above || !layout.title?.text) return null;
    const top = Math.ceil(TITLE + legend.getBBox().height);
    const missing = top - canvas.layout.margin.t;
    return missing > 0 ? { "margin.t": top, height: canvas.layout.height + missing } : null;
  }

  async function makeRoom(canvas, layout) {
    const update = roomUpdate(canvas, layout);
    if (update) await window.Plotly.relayout(canvas, update);
  }

  function withUpdate(object, update) {
    const result = structuredClone(object);
    for (const [path, value] of Object.entries(update)) {
      if (value === null || value === undefined) continue;
      const keys = keysOf(path);
      const last = keys.pop();
      let target = result;
      for (const key of keys) target = target[key] ??= {};
      target[last] = value;
    }
    return result;
  }

  /** The description moves from the box to the drawing: an image must not hold the buttons that stand beside it. */
  function nameDrawing(element) {
    const [first, ...others] = element.querySelectorAll("svg.main-svg");
    first.setAttribute("role", "img");
    first.setAttribute("aria-label", element.getAttribute("aria-label"));
    others.forEach((svg) => svg.setAttribute("aria-hidden", "true"));
    element.removeAttribute("role");
    element.removeAttribute("aria-label");
  }

  async function draw(element) {
    observer.unobserve(element);
    const figure = figures.get(element);
    if (figure.canvas) return;
    figure.canvas = document.createElement("div");
    element.append(figure.canvas);
    try {
      const Plotly = await loadPlotly();
      const { data, layout } = figure.spec;
      figure.width = element.clientWidth;
      const update = { ...themeUpdate(layout), ...sizeUpdate(layout, figure.width), autosize: false };
      if (matchMedia("(pointer: coarse)").matches) update.dragmode = false; // a finger scrolls the page
      const lines = Object.entries(lineUpdate(data));
      const traces = data.map((trace, i) => withUpdate(trace, Object.fromEntries(lines.map(([path, all]) => [path, all[i]]))));
      await Plotly.newPlot(figure.canvas, traces, withUpdate(layout, update), CONFIG);
      await makeRoom(figure.canvas, layout);
      element.style.minHeight = "";
      nameDrawing(element);
      element.dataset.state = "drawn";
      resizes.observe(element);
    } catch (error) {
      element.dataset.state = "failed";
      figure.canvas.textContent = `This figure could not be drawn: ${error.message}. It shows: ${element.getAttribute("aria-label")}`;
      console.error(error);
    }
  }

  const observer = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => draw(entry.target)),
    { rootMargin: NEAR },
  );

  const resizes = new ResizeObserver((entries) => {
    requestAnimationFrame(() => {
      for (const { target } of entries) {
        const figure = figures.get(target);
        const { layout } = figure.spec;
        const width = target.clientWidth;
        if (width === 0 || width === figure.width) continue;
        figure.width = width;
        window.Plotly.relayout(figure.canvas, sizeUpdate(layout, width)).then(() => makeRoom(figure.canvas, layout));
      }
    });
  });

  new MutationObserver(() => {
    for (const { spec, canvas } of figures.values()) {
      if (canvas?.data) window.Plotly.update(canvas, lineUpdate(spec.data), themeUpdate(spec.layout));
    }
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });

  addEventListener("beforeprint", () => figures.forEach((_, element) => draw(element)));

  for (const element of document.querySelectorAll(".lif-plotly")) {
    figures.set(element, { spec: JSON.parse(element.querySelector("script").textContent) });
    observer.observe(element);
  }
})();
