/* The view of an explorer, the same in a notebook and on a page: sliders in, picture and read-outs out. It computes
   nothing about neurons. `model` is anywidget's, or the page's stand-in for it: get("spec"), send(setting), on(reply). */
const lifRender = (uPlot) => {
  "use strict";

  const LIGHT = {
    text: "#222832", faint: "#596068", grid: "#e4e7eb", axis: "#9aa1a9", band: "#00000010",
  }; // prettier-ignore
  const DARK = {
    text: "#dfe5ea", faint: "#a4adb6", grid: "#363c44", axis: "#77808a", band: "#ffffff14",
  }; // prettier-ignore
  const QUIET = 700; // ms without a move before a screen reader is told
  const SLOW = 1500; // ms without an answer before the reader is told
  const FRAMED = 620; // px from which on the side panel stands beside the others
  let instances = 0;
  let printing = false;
  addEventListener("beforeprint", () => (printing = true));
  addEventListener("afterprint", () => (printing = false));

  // --- small things -------------------------------------------------------------------------------------------------

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
      if (key === "html") element.innerHTML = value;
      else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  const plain = (html) => html.replace(/<su[bp]>/g, "_").replace(/<[^>]*>/g, "");
  const clamp = (x, low, high) => Math.min(Math.max(x, low), high);
  const significant = (x, digits) => Number(x.toPrecision(digits));
  /** A number for people: four digits, a true minus sign, a dash where there is none. */
  const shown = (x) => (Number.isFinite(x) ? String(significant(x, 4)).replace("-", "−") : "–");
  const withUnit = (text, unit) => (unit && text !== "–" ? `${text} ${unit}` : text);

  function isDark() {
    const { theme } = document.documentElement.dataset;
    if (theme) return theme === "dark";
    const lab = document.body.dataset.jpThemeLight;
    if (lab) return lab === "false";
    if (document.body.classList.contains("vscode-dark")) return true;
    if (document.body.classList.contains("vscode-light")) return false;
    return matchMedia("(prefers-color-scheme: dark)").matches;
  }

  /** Arrays come as they are from the page, and as views of bytes from the kernel. */
  function unpacked(value, buffers) {
    if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
    if (Array.isArray(value)) return value.map((item) => unpacked(item, buffers));
    if ("buffer" in value && "type" in value) {
      const view = buffers[value.buffer];
      const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
      return new { float32: Float32Array, int32: Int32Array }[value.type](bytes);
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpacked(item, buffers)]));
  }

  // --- what is read off a run ---------------------------------------------------------------------------------------

  function measure(run, what, duration) {
    if (!run || run.problem) return NaN;
    const { spikes, dt } = run;
    const last = spikes.length - 1;
    switch (what) {
      case "n_spikes": return spikes.length;
      case "firing_rate": return spikes.length / duration;
      case "mean_V": return run.mean_V ?? NaN;
      case "initial_rate": return last > 0 ? 1 / ((spikes[1] - spikes[0]) * dt) : NaN;
      case "steady_rate": return last > 0 ? 1 / ((spikes[last] - spikes[last - 1]) * dt) : NaN;
      case "last_spike": return last >= 0 ? spikes[last] * dt : NaN;
    } // prettier-ignore
    return NaN;
  }

  // --- one panel ----------------------------------------------------------------------------------------------------

  /** Ends for an axis that hold all data and move only when they must. */
  function following(old, low, high, { least, symmetric }) {
    if (!(low <= high)) return old ?? [0, least || 1];
    const middle = (low + high) / 2;
    if (high - low < least) [low, high] = symmetric ? [middle - least / 2, middle + least / 2] : [low, low + least];
    const margin = 0.06 * (high - low || 1);
    if (old && low >= old[0] && high <= old[1] && high - low > 0.4 * (old[1] - old[0])) return old;
    const floor = !symmetric && low >= 0 ? 0 : low - margin;
    const step = 10 ** Math.floor(Math.log10(high - floor + margin)) / 5;
    return [Math.floor(floor / step + 1e-9) * step, Math.ceil((high + margin) / step - 1e-9) * step];
  }

  class Panel {
    constructor(panel, spec, colours, sync) {
      Object.assign(this, { panel, spec, colours });
      this.xRange = panel.x.limits?.map((value) => value / panel.x.factor) ?? [0, 1];
      this.yRange = panel.y.limits?.map((value) => value / panel.y.factor) ?? null;
      this.hover = make("span", { class: "lif-hover" });
      this.legend = make("ul", { class: "lif-legend" });
      this.heading = make(
        "div",
        { class: "lif-heading" },
        make("span", { html: `${panel.y.name} ${italic(panel.y.symbol)}${panel.y.unit ? ` (${panel.y.unit})` : ""}` }),
        this.legend,
        this.hover,
      );
      this.box = make("div", { class: "lif-plot", role: "img", "aria-label": panel.words });
      this.element = make("div", { class: "lif-panel" }, this.heading, this.box);
      const axis = {
        stroke: () => colours().text,
        grid: { stroke: () => colours().grid, width: 1 },
        ticks: { stroke: () => colours().axis, width: 1, size: 5 },
        font: "12px system-ui, sans-serif",
        labelFont: "12px system-ui, sans-serif",
      };
      this.plot = new uPlot(
        {
          width: 400,
          height: panel.height ?? 240,
          legend: { show: false },
          cursor: {
            drag: { x: false, y: false, setScale: false },
            points: { show: false },
            y: panel.kind !== "time",
            sync: panel.kind === "time" ? { key: sync, scales: ["x", null] } : undefined,
          },
          scales: { x: { time: false, range: () => this.xRange }, y: { range: () => this.yRange ?? [0, 1] } },
          axes: [
            { ...axis, label: `${panel.x.name} ${plain(panel.x.symbol)} (${panel.x.unit})`, labelSize: 16, size: 30, space: 60 },
            { ...axis, size: 48, space: 32 },
          ],
          series: [{}, { paths: () => null, points: { show: false } }],
          hooks: { draw: [() => this.draw()], setCursor: [() => this.showHover()] },
        },
        [this.xRange, [null, null]],
        this.box,
      );
    }

    /** Take a new answer and draw it. */
    update(answer, value) {
      this.answer = answer;
      this.value = value;
      const { panel, spec } = this;
      this.active = panel.series.filter((series) => this.source(series));
      this.element.hidden = panel.series.length > 0 && !this.active.length && !panel.points.length;
      const legend = JSON.stringify([this.active.map(({ name }) => name), panel.levels?.length]);
      if (legend !== this.legendNow) this.nameSeries(legend);
      if (!panel.y.limits) {
        let [low, high] = [Infinity, -Infinity];
        const include = (array) => {
          for (let i = 0; i < array.length; i++) {
            const y = array[i];
            if (y < low) low = y;
            if (y > high) high = y;
          }
        };
        for (const series of this.active) {
          // Formulas run off to infinity in a phase plane; there the neuron says what to show, and their lowest point.
          if (series.run !== undefined) include(answer.runs[series.run].traces[series.what]);
          else if (panel.kind === "curve") include(answer.curves[series.curve].y);
          else if (series.fit === "lowest") include([Math.min(...answer.curves[series.curve].y)]);
        }
        for (const point of panel.points) {
          const y = this.pointAt(point)[1];
          if (Number.isFinite(y)) include([y]);
        }
        const scale = panel.y.factor;
        const range = following(this.yRange, low / scale, high / scale, { ...panel.y, least: panel.y.least / scale });
        if (range !== this.yRange) {
          this.yRange = range;
          this.plot.setScale("y", { min: range[0], max: range[1] });
          return;
        }
      }
      this.plot.redraw(false, false);
    }

    forgetRange() {
      if (!this.panel.y.limits) this.yRange = null;
    }

    source({ run, curve }) {
      if (curve !== undefined) return this.answer.curves[curve];
      const found = this.answer.runs[run];
      return found && !found.problem ? found : null;
    }

    nameSeries(legend) {
      this.legendNow = legend;
      const entries = this.active.filter(({ name }) => name).map((series) => [series, series.dashed ? "dashed" : "line"]);
      for (const { resets } of this.active) if (resets) entries.push([resets, "ring"]);
      for (const level of this.panel.levels ?? []) entries.push([level, "level"]);
      for (const point of this.panel.points) entries.push([point, point.filled ? "dot" : "ring"]);
      this.legend.replaceChildren(
        ...entries.map(([{ name, colour }, kind]) =>
          make(
            "li",
            {},
            make("span", { class: `lif-swatch lif-${kind}`, style: `--lif-colour: var(--lif-${colour ?? "axis"})`, "aria-hidden": "true" }),
            make("span", { html: italic(name) }),
          ),
        ),
      );
    }

    pointAt({ x, y }) {
      const at = y.curve === undefined ? this.answer.runs[y.run] : this.answer.curves[y.curve];
      return [this.value(x), y.curve === undefined ? measure(at, y.what, this.spec.runs[y.run].duration) : at?.present ?? NaN];
    }

    /** Pixels of values, in the canvas' own pixels. */
    toPixels() {
      const { left, top, width, height } = this.plot.bbox;
      const { x, y } = this.panel;
      const [x0, x1] = this.xRange;
      const [y0, y1] = this.yRange ?? [0, 1];
      const a = width / (x1 - x0) / x.factor;
      const b = -height / (y1 - y0) / y.factor;
      const [c, d] = [left - a * x0 * x.factor, top + height - b * y0 * y.factor];
      const far = 1e5;
      return { X: (value) => clamp(a * value + c, -far, far), Y: (value) => clamp(b * value + d, -far, far), a, b, c, d };
    }

    draw() {
      if (!this.answer) return;
      const { ctx, bbox } = this.plot;
      const { panel, value } = this;
      const colours = this.colours();
      const ratio = devicePixelRatio;
      const pixels = this.toPixels();
      const { X, Y } = pixels;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
      ctx.clip();
      ctx.lineJoin = "round";
      if (panel.band) {
        const [start, stop] = panel.band.map((key) => X(value(key)));
        ctx.fillStyle = colours.band;
        ctx.fillRect(start, bbox.top, stop - start, bbox.height);
      }
      for (const level of panel.levels ?? []) {
        const y = Y(value(level.value));
        this.stroke(new Path2D(`M${bbox.left} ${y}h${bbox.width}`), colours.axis, 1.2, [5, 4]);
      }
      for (const series of this.active) {
        const path = new Path2D();
        const resets = new Path2D();
        if (series.curve !== undefined) this.curvePath(path, series, pixels);
        else if (panel.kind === "phase") this.orbitPath(path, resets, series, pixels);
        else this.tracePath(path, series, pixels);
        this.stroke(path, colours.series[series.colour], series.wide ? 3.5 : 1.5, series.dashed ? [6, 4] : []);
        if (series.resets) this.stroke(resets, colours.series[series.resets.colour], 1.5, []);
      }
      for (const point of panel.points) {
        const [x, y] = this.pointAt(point);
        if (!Number.isFinite(y)) continue;
        ctx.beginPath();
        ctx.arc(X(x), Y(y), (point.filled ? 4 : 6.5) * ratio, 0, 2 * Math.PI);
        ctx.strokeStyle = ctx.fillStyle = colours.series[point.colour];
        ctx.lineWidth = 2 * ratio;
        if (point.filled) ctx.fill();
        else ctx.stroke();
      }
      ctx.restore();
    }

    stroke(path, colour, width, dash) {
      const { ctx } = this.plot;
      ctx.strokeStyle = colour;
      ctx.lineWidth = width * devicePixelRatio;
      ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
      ctx.stroke(path);
      ctx.setLineDash([]);
    }

    /** A trace over time: first, lowest, highest and last value of each column of pixels, and the painted spikes. */
    tracePath(path, series, { X, Y, a, c }) {
      const { traces, spikes, dt } = this.answer.runs[series.run];
      const values = traces[series.what];
      const end = Math.min(values.length, Math.ceil((this.xRange[1] * this.panel.x.factor) / dt) + 1);
      const top = series.top ?? Infinity; // a painted spike reaches this far; so does one that the model makes
      let [spike, column, first, low, high, last, at] = [0, NaN, 0, 0, 0, 0, 0];
      const flush = () => {
        path.lineTo(at, Y(first));
        if (low < first || high > first || last !== first) {
          path.lineTo(at, Y(low));
          path.lineTo(at, Y(high));
          path.lineTo(at, Y(last));
        }
      };
      for (let i = 0; i < end; i++) {
        const x = a * (i * dt) + c;
        const value = values[i] < top ? values[i] : top;
        if (Math.floor(x) !== column) {
          if (column === column) flush();
          column = Math.floor(x);
          at = x;
          first = low = high = last = value;
        } else {
          if (value < low) low = value;
          if (value > high) high = value;
          last = value;
        }
        if (i === spikes[spike]) {
          spike++;
          if (top < Infinity) {
            // Up from the sample before the spike, down to its own.
            if (first === last && low === high) first = i ? values[i - 1] : value;
            if (top > high) high = top;
          }
        }
      }
      flush();
      const spacing = a * dt;
      if (series.dots && spacing > 5 * devicePixelRatio) {
        const radius = 2.2 * devicePixelRatio;
        for (let i = 0; i < end; i++) {
          path.moveTo(X(i * dt) + radius, Y(values[i]));
          path.arc(X(i * dt), Y(values[i]), radius, 0, 2 * Math.PI);
        }
      }
    }

    /** A path through the phase plane, lifted at each reset; small circles where it comes down. */
    orbitPath(path, resets, series, { X, Y }) {
      const { traces, spikes } = this.answer.runs[series.run];
      const [xs, ys] = [traces[series.x], traces[series.what]];
      let [spike, px, py, pending] = [0, NaN, NaN, false];
      for (let i = 0; i < xs.length; i++) {
        const [x, y] = [X(xs[i]), Y(ys[i])];
        if (i === spikes[spike]) {
          spike++;
          if (pending) path.lineTo(px, py);
          const radius = 3 * devicePixelRatio;
          resets.moveTo(x + radius, y);
          resets.arc(x, y, radius, 0, 2 * Math.PI);
          path.moveTo(x, y);
        } else if (Math.abs(x - px) + Math.abs(y - py) < 1) {
          pending = true;
          continue;
        } else if (i) path.lineTo(x, y);
        else path.moveTo(x, y);
        [px, py, pending] = [x, y, false];
      }
    }

    curvePath(path, series, { X, Y }) {
      const { low, high, points } = this.spec.curves[series.curve];
      const { y } = this.answer.curves[series.curve];
      let drawing = false;
      for (let i = 0; i < points; i++) {
        if (!Number.isFinite(y[i])) drawing = false;
        else {
          const x = X(low + ((high - low) * i) / (points - 1));
          if (drawing) path.lineTo(x, Y(y[i]));
          else path.moveTo(x, Y(y[i]));
          drawing = true;
        }
      }
    }

    /** The values under the pointer, in words. */
    showHover() {
      const { left, top } = this.plot?.cursor ?? { left: -1 };
      if (!this.answer || left === null || left === undefined || left < 0) {
        this.hover.textContent = "";
        return;
      }
      const { panel } = this;
      const x = this.plot.posToVal(left, "x");
      const parts = [`${plain(panel.x.symbol)} = ${withUnit(shown(x), panel.x.unit)}`];
      const add = (name, y) => parts.push(`${name} = ${withUnit(shown(y / panel.y.factor), panel.y.unit)}`);
      if (panel.kind === "phase") {
        add(plain(panel.y.symbol), this.plot.posToVal(top, "y") * panel.y.factor);
      } else {
        for (const series of this.active) {
          const name = plain(series.name || panel.y.symbol);
          if (series.curve !== undefined) {
            const { low, high, points } = this.spec.curves[series.curve];
            const i = Math.round(((x * panel.x.factor - low) / (high - low)) * (points - 1));
            add(name, this.answer.curves[series.curve].y[clamp(i, 0, points - 1)]);
          } else {
            const { traces, dt } = this.answer.runs[series.run];
            const values = traces[series.what];
            add(name, values[clamp(Math.round((x * panel.x.factor) / dt), 0, values.length - 1)]);
          }
        }
      }
      this.hover.textContent = parts.join(", ");
    }
  }

  /** Symbols are set in italics, their indices upright; words stay as they are. */
  const italic = (html) => html.replace(/(^|[\s(])(Δ?\p{L})(?=<su[bp]>|$)/gu, "$1<i>$2</i>");

  // --- a slider -----------------------------------------------------------------------------------------------------

  class Slider {
    constructor(control, id, changed) {
      this.control = control;
      const { name, symbol, unit, low, high, step, logarithmic } = control;
      const words = `${name} ${plain(symbol)}${unit ? ` in ${unit}` : ""}`;
      this.range = make("input", {
        type: "range",
        id,
        min: logarithmic ? 0 : low,
        max: logarithmic ? 300 : high,
        step: logarithmic ? 1 : step,
        "aria-label": words,
        oninput: () => changed(this.fromRange()),
      });
      this.number = make("input", {
        type: "number",
        min: low,
        max: high,
        step: "any",
        inputmode: low < 0 ? "text" : "decimal",
        "aria-label": `${words}, as a number from ${shown(low)} to ${shown(high)}`,
        onchange: () => this.typed(changed),
        onkeydown: (event) => this.keyed(event, changed),
      });
      this.element = make(
        "div",
        { class: "lif-control" },
        make("label", { for: id }, make("span", { html: `${name} ${italic(symbol)}` })),
        this.range,
        make("span", { class: "lif-value" }, this.number, make("span", { class: "lif-unit" }, unit)),
      );
    }

    fromRange() {
      const { low, high, logarithmic } = this.control;
      const at = Number(this.range.value);
      return logarithmic ? significant(low * (high / low) ** (at / 300), 2) : significant(at, 12);
    }

    /** Up and down move by the slider's step; "any" alone would move by 1. */
    keyed(event, changed) {
      const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!way) return;
      event.preventDefault();
      const { low, high, step, logarithmic } = this.control;
      const now = Number(this.number.value);
      changed(clamp(significant(logarithmic ? now * 1.1 ** way : now + way * step, 6), low, high));
    }

    typed(changed) {
      const { low, high } = this.control;
      const typed = Number(this.number.value.replace("−", "-").replace(",", "."));
      if (this.number.value.trim() === "" || !Number.isFinite(typed)) changed(this.value);
      else if (typed < low || typed > high)
        changed(clamp(typed, low, high), `${shown(typed)} is beyond the slider: it goes from ${shown(low)} to ${shown(high)}.`);
      else changed(typed);
    }

    show(value) {
      this.value = value;
      const { low, high, unit, logarithmic } = this.control;
      this.range.value = logarithmic ? Math.round((300 * Math.log(value / low)) / Math.log(high / low)) : value;
      this.range.setAttribute("aria-valuetext", withUnit(shown(value), unit));
      this.number.value = String(value);
    }
  }

  // --- the whole ----------------------------------------------------------------------------------------------------

  return function render({ model, el }) {
    const spec = model.get("spec");
    const onPage = model.get("page") === true;
    const own = `lif-${++instances}-${Math.random().toString(36).slice(2, 8)}`;
    let setting = initial();
    let answer = null;
    let asked = 0;
    let answered = 0;
    let planned = false;
    let stale = false;
    let theme = null;

    function initial() {
      return {
        controls: Object.fromEntries(spec.controls.map(({ key, value }) => [key, value])),
        choices: Object.fromEntries(spec.choices.map(({ key, order }) => [key, order[0]])),
        seed: spec.seed,
      };
    }

    /** The value of a key, or a number, in SI units. */
    function value(given) {
      if (typeof given !== "string") return given;
      const control = spec.controls.find(({ key }) => key === given);
      if (control) return setting.controls[given] * control.factor;
      for (const { key, options } of spec.choices) {
        const { values } = options[setting.choices[key]];
        if (given in values) return values[given];
      }
      return NaN;
    }

    // What there is to see.

    const colours = () => theme;
    const panels = spec.panels.map((panel) => new Panel(panel, spec, colours, own));
    const placed = (place) => panels.filter(({ panel }) => panel.place === place).map(({ element }) => element);
    const side = placed("side");
    const plots = make(
      "div",
      { class: `lif-plots${side.length ? " lif-two" : ""}` },
      make("div", { class: "lif-main" }, ...placed("main")),
      side.length ? make("div", { class: "lif-side" }, ...side) : null,
    );
    const readouts = make("div", { class: "lif-readouts" });
    const problem = make("p", { class: "lif-problem", hidden: true });
    const status = make("p", { class: "lif-hidden", role: "status" });
    const note = make("span", { class: "lif-note", role: "status" });

    const sliders = spec.controls.map(
      (control) =>
        new Slider(control, `${own}-${control.key}`, (next, remark) => {
          setting.controls[control.key] = next;
          note.textContent = remark ?? "";
          changed();
        }),
    );
    const menus = spec.choices.map(({ key, name, order, options }) => {
      const select = make(
        "select",
        { id: `${own}-${key}`, onchange: () => choose(key, select.value) },
        ...order.map((option) => make("option", { value: option }, options[option].name)),
      );
      return { key, select, element: make("div", { class: "lif-menu" }, make("label", { for: select.id }, name), select) };
    });
    const noise = make("button", { type: "button", onclick: () => ((setting.seed += 1), changed()) }, "New noise");
    const code = make("code");
    const link = make("a", { class: "lif-link", href: "#" }, "Link to this setting");
    const python = make(
      "details",
      { class: "lif-python" },
      make("summary", {}, "This setting in Python"),
      make("pre", { tabindex: "0", "aria-label": "Python code for this setting" }, code),
      make("button", { type: "button", onclick: () => copy(code.textContent, "Python code") }, "Copy the code"),
    );
    const buttons = make(
      "div",
      { class: "lif-buttons" },
      make("button", { type: "button", onclick: reset }, "Reset"),
      spec.noisy ? noise : null,
      onPage ? make("button", { type: "button", onclick: () => copy(link.href, "Link") }, "Copy link") : null,
      onPage ? link : null,
      note,
    );
    const root = make(
      "div",
      { class: "lif-explorer", role: "group", "aria-label": spec.title || "Interactive figure" },
      plots,
      readouts,
      problem,
      make("div", { class: "lif-menus" }, ...menus.map(({ element }) => element)),
      make("div", { class: "lif-controls" }, ...sliders.map(({ element }) => element)),
      buttons,
      python,
      status,
    );
    el.append(root);

    // What the reader does.

    function choose(key, option) {
      setting.choices[key] = option;
      const { options } = spec.choices.find((choice) => choice.key === key);
      Object.assign(setting.controls, options[option].controls);
      startAfresh();
    }

    function reset() {
      setting = initial();
      note.textContent = "";
      startAfresh();
    }

    /** After a jump the axes look for their ends anew; while a slider moves they hold still. */
    function startAfresh() {
      for (const panel of panels) panel.forgetRange();
      changed();
    }

    async function copy(text, what) {
      try {
        await navigator.clipboard.writeText(text);
        note.textContent = `${what} copied.`;
      } catch {
        const area = make("textarea", { "aria-hidden": "true", class: "lif-hidden" });
        area.value = text;
        root.append(area);
        area.select();
        note.textContent = document.execCommand("copy") ? `${what} copied.` : "Copying is not allowed here.";
        area.remove();
      }
    }

    function changed() {
      showSetting();
      stale = true;
      plan();
    }

    function plan() {
      if (planned) return;
      planned = true;
      requestAnimationFrame(() => {
        planned = false;
        if (stale && asked === answered) ask();
      });
    }

    function ask() {
      stale = false;
      asked += 1;
      const question = asked;
      if (!onPage) setTimeout(() => question > answered && (note.textContent = "Waiting for the kernel …"), SLOW);
      model.send({ id: `${own} ${question}`, setting });
    }

    function receive(message, buffers) {
      if (message.id !== `${own} ${asked}`) return;
      answered = asked;
      if (note.textContent.startsWith("Waiting")) note.textContent = "";
      answer = unpacked(message.answer, buffers);
      show();
      if (stale) plan();
    }

    // What comes of it.

    function showSetting() {
      for (const slider of sliders) slider.show(setting.controls[slider.control.key]);
      for (const { key, select } of menus) select.value = setting.choices[key];
      noise.disabled = !spec.runs.some((run) => value(run.p.noise_sigma) !== 0);
      code.textContent = pythonText();
      const parts = [
        ...spec.choices.map(({ key }) => [key, setting.choices[key]]),
        ...spec.controls.map(({ key }) => [key, setting.controls[key]]),
        ...(spec.noisy ? [["seed", setting.seed]] : []),
      ];
      link.hash = `${spec.name}:${new URLSearchParams(parts)}`;
    }

    function show() {
      for (const panel of panels) panel.update(answer, value);
      const texts = showReadouts();
      const problems = answer.runs.flatMap((run, i) => (run?.problem ? [`${spec.runs[i].name || "No picture"}: ${run.problem}`] : []));
      const words = problems.length ? `Nothing is drawn for an unstable simulation. ${problems.join(". ")}.` : "";
      if (problem.textContent !== words) problem.textContent = words;
      problem.hidden = !words;
      clearTimeout(show.timer);
      show.timer = setTimeout(() => (status.textContent = `${texts}${words}`), QUIET);
      panels.forEach(({ box, panel }) => box.setAttribute("aria-label", `${panel.words}. ${texts}`));
      root.dataset.draws = Number(root.dataset.draws ?? 0) + 1;
      root.lifAnswer = { setting: structuredClone(setting), ...answer };
    }

    function readout({ run, curve, what, unit, factor, reference }) {
      if (curve !== undefined) return withUnit(shown((answer.curves[curve]?.present ?? NaN) / factor), unit);
      const duration = spec.runs[run].duration;
      const now = measure(answer.runs[run], what, duration);
      const text = withUnit(shown(now / factor), unit);
      if (reference === undefined) return text;
      const fine = measure(answer.runs[reference], what, duration);
      const off = (now - fine) / factor;
      if (!Number.isFinite(off)) return `${text}, with ${spec.runs[reference].name}: ${withUnit(shown(fine / factor), unit)}`;
      return `${text}, with ${spec.runs[reference].name}: ${shown(fine / factor)} (${off < 0 ? "" : "+"}${withUnit(shown(off), unit)})`;
    }

    /** Put the numbers on the page: in a line, or in a table where several runs are compared. */
    function showReadouts() {
      const list = spec.readouts.filter(({ run, curve }) => (run === undefined ? answer.curves[curve] : answer.runs[run]));
      const groups = [...new Set(list.map(({ group }) => group ?? ""))];
      const labels = [...new Set(list.map(({ label }) => label))];
      const key = JSON.stringify([groups, labels]);
      if (key !== readouts.dataset.key) {
        readouts.dataset.key = key;
        const tabular = groups.filter(Boolean).length > 1;
        if (tabular) {
          const head = make("tr", {}, make("td"), ...labels.map((label) => make("th", { scope: "col" }, label)));
          const rows = groups.map((group) =>
            make("tr", {}, make("th", { scope: "row" }, group), ...list.filter((one) => (one.group ?? "") === group).map(() => make("td", { class: "lif-number" }))),
          );
          readouts.replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
        } else {
          const pairs = list.map(({ label }) => make("div", {}, make("dt", {}, label), make("dd", { class: "lif-number" })));
          readouts.replaceChildren(make("dl", {}, ...pairs));
        }
      }
      const texts = list.map(readout);
      readouts.querySelectorAll(".lif-number").forEach((cell, i) => {
        if (cell.textContent !== texts[i]) cell.textContent = texts[i];
      });
      return list.map(({ label, group }, i) => `${group ? `${group}, ` : ""}${label}: ${texts[i]}. `).join("");
    }

    /** The lines of Python that repeat this setting. */
    function pythonText() {
      const texts = {};
      for (const { key, options } of spec.choices) {
        const { texts: parts, values } = options[setting.choices[key]];
        Object.assign(texts, parts, Object.fromEntries(Object.entries(values).map(([name, number]) => [name, String(number)])));
      }
      const used = new Set();
      for (const { key, python_unit: unit, factor } of spec.controls) {
        const number = setting.controls[key];
        texts[key] = unit ? `${number} * ${unit}` : String(number * factor);
      }
      texts.seed = String(setting.seed);
      const filled = (text) => {
        const next = text.replace(/\{(\w+)\}/g, (_, key) => texts[key] ?? key);
        return next === text ? text : filled(next);
      };
      const active = (run) => Object.entries(run.when).every(([key, option]) => setting.choices[key] === option);
      const lines = spec.runs.filter((run) => run.python && active(run)).map((run) => filled(run.python));
      for (const { python_unit: unit } of spec.controls) if (unit && lines.some((line) => new RegExp(`\\b${unit}\\b`).test(line))) used.add(unit);
      const models = [...new Set(spec.runs.filter((run) => run.python && active(run) && run.public).map(({ model: name }) => name))];
      const names = [...models, "NeuronParameters", "simulate", ...(lines.some((line) => line.includes("step_current(")) ? ["step_current"] : [])];
      return [
        ...(lines.some((line) => line.includes("np.")) ? ["import numpy as np"] : []),
        `from lifcourse import ${names.sort().join(", ")}`,
        ...(used.size ? [`from lifcourse.units import ${[...used].sort().join(", ")}`] : []),
        "",
        ...lines,
      ].join("\n");
    }

    // Links, themes, sizes.

    function followLink() {
      const { hash } = location;
      if (!hash.startsWith(`#${spec.name}:`)) return;
      const given = new URLSearchParams(hash.slice(spec.name.length + 2));
      setting = initial();
      for (const { key, options } of spec.choices) {
        if (Object.hasOwn(options, given.get(key) ?? "")) {
          setting.choices[key] = given.get(key);
          Object.assign(setting.controls, options[setting.choices[key]].controls);
        }
      }
      for (const { key, low, high } of spec.controls) {
        const number = Number(given.get(key));
        if (given.has(key) && Number.isFinite(number)) setting.controls[key] = clamp(number, low, high);
      }
      const seed = Number(given.get("seed"));
      if (given.has("seed") && Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) setting.seed = seed;
      startAfresh();
      root.scrollIntoView({ block: "center" });
    }

    function followTheme() {
      const dark = !printing && isDark();
      const name = dark ? "dark" : "light";
      theme = { ...(dark ? DARK : LIGHT), series: spec.colours[name] };
      root.dataset.lifTheme = name;
      for (const [key, colour] of Object.entries(theme.series)) root.style.setProperty(`--lif-${key}`, colour);
      for (const name of ["text", "faint", "grid", "axis"]) root.style.setProperty(`--lif-${name}`, theme[name]);
      for (const { plot } of panels) plot.redraw(false, true);
    }

    function fit() {
      const wide = root.clientWidth >= FRAMED;
      root.classList.toggle("lif-wide", wide);
      for (const { plot, box, panel } of panels) {
        const width = Math.floor(box.clientWidth);
        const beside = wide && panel.place === "side";
        const height = beside ? Math.max(240, plots.firstChild.clientHeight - 70) : Math.min(panel.height ?? 240, wide ? 1000 : 220);
        if (width > 0 && (width !== plot.width || height !== plot.height)) plot.setSize({ width, height });
      }
    }

    const themes = new MutationObserver(followTheme);
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
    const media = matchMedia("(prefers-color-scheme: dark)");
    media.addEventListener("change", followTheme);
    addEventListener("beforeprint", followTheme);
    addEventListener("afterprint", followTheme);
    const sizes = new ResizeObserver(() => requestAnimationFrame(fit));
    sizes.observe(root);
    model.on("msg:custom", receive);
    if (onPage) addEventListener("hashchange", followLink);

    followTheme();
    fit();
    showSetting();
    ask();
    if (onPage) followLink();

    return () => {
      themes.disconnect();
      sizes.disconnect();
      media.removeEventListener("change", followTheme);
      removeEventListener("beforeprint", followTheme);
      removeEventListener("afterprint", followTheme);
      removeEventListener("hashchange", followLink);
      model.off?.("msg:custom", receive);
      panels.forEach(({ plot }) => plot.destroy());
      root.remove();
    };
  };
};
