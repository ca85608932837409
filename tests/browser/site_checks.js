/* What site_checks.py asks an open page. Each function returns problems, in words. */
({
  /** Open what is folded: solutions, derivations, answers. */
  unfold() {
    for (const details of document.querySelectorAll("details")) details.open = true;
    for (const button of document.querySelectorAll("button.toggle-button-hidden")) button.click();
    return [];
  },

  /** Scroll through the page, so that everything that waits to be seen wakes up. */
  async scrollThrough() {
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)));
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
      scrollTo(0, y);
      await frame();
    }
    scrollTo(0, 0);
    await frame();
  },

  undrawnFigures() {
    const marks = [
      ".scatterlayer .trace path", ".barlayer .trace path", ".trace.bars path", ".hm image", ".heatmaplayer image",
      ".contour path", ".boxlayer path", ".violinlayer path",
    ].join(", ");
    const described = '[role=img][aria-label]:not([aria-label=""])';
    const problems = [];
    document.querySelectorAll(".lif-plotly").forEach((figure, index) => {
      const name = figure.closest("figure")?.id || `number ${index + 1}`;
      const svg = figure.querySelector("svg.main-svg");
      const { width, height } = svg?.getBoundingClientRect() ?? {};
      if (!svg) problems.push(`figure ${name} is not drawn (${figure.dataset.state || "never started"})`);
      else if (width < 100 || height < 100) problems.push(`figure ${name} is drawn ${width} x ${height}`);
      else if (!figure.querySelector(marks)) problems.push(`figure ${name} shows no data`);
      if (!figure.parentElement.querySelector(described)) problems.push(`figure ${name} has no alternative text`);
      if (!figure.closest("figure")?.querySelector("figcaption")) problems.push(`figure ${name} has no caption`);
    });
    for (const image of document.images) {
      const shown = image.complete && image.naturalWidth;
      if (!shown && image.checkVisibility()) problems.push(`image ${image.src} is not shown`);
    }
    return problems;
  },

  unrenderedFormulas() {
    const start = (text) => text.trim().slice(0, 80);
    const problems = [];
    for (const formula of document.querySelectorAll(".math")) {
      if (!formula.querySelector("mjx-container svg")) problems.push(`formula not drawn: ${start(formula.textContent)}`);
    }
    for (const error of document.querySelectorAll('mjx-merror, [data-mjx-error], mjx-container [fill="red"]')) {
      const what = error.getAttribute("data-mjx-error") || start(error.textContent);
      problems.push(`formula with an error: ${what}`);
    }
    const verbatim = "pre, code, script, style, noscript, .math, textarea, .lif-plotly";
    const tex = /\\\(|\\\[|\$\$|\\begin\{|\\(frac|tau|mathrm|ref|eqref)\b|\$[^$\s][^$]*\$/;
    const walker = document.createTreeWalker(document.querySelector("main") || document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement.closest(verbatim)) continue;
      if (tex.test(node.data)) problems.push(`TeX left in the text: ${start(node.data)}`);
    }
    return problems;
  },

  /** Serious and critical findings of axe-core, which the page has to have loaded. */
  async accessibilityFindings() {
    const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, impact, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${impact} ${id}: ${target.join(" ")}: ${failureSummary.replace(/\s+/g, " ")}`),
      );
  },

  /** Text, lines and points in figures that do not stand out from the page as it is now (WCAG asks for 4.5 and 3 to 1). */
  unthemedFigures() {
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const luminance = (colour) => {
      const [r, g, b] = colour.match(/[\d.]+/g).slice(0, 3).map((c) => linear(Number(c) / 255));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const page = luminance(getComputedStyle(document.body).backgroundColor);
    const contrast = (colour) => {
      const own = luminance(colour);
      return (Math.max(own, page) + 0.05) / (Math.min(own, page) + 0.05);
    };
    const problems = [];
    const hold = (what, colour, least) => {
      const found = contrast(colour);
      if (found < least) problems.push(`${what} has contrast ${found.toFixed(1)}`);
    };
    for (const figure of document.querySelectorAll(".lif-plotly")) {
      const name = figure.closest("figure")?.id;
      for (const text of figure.querySelectorAll("svg text")) {
        if (text.textContent.trim()) hold(`"${text.textContent}" in figure ${name}`, getComputedStyle(text).fill, 4.5);
      }
      for (const line of figure.querySelectorAll(".scatterlayer .js-line")) {
        hold(`a line in figure ${name}`, getComputedStyle(line).stroke, 3);
      }
      for (const point of figure.querySelectorAll(".scatterlayer .point")) {
        const { fill, fillOpacity, stroke } = getComputedStyle(point);
        hold(`a point in figure ${name}`, Number(fillOpacity) > 0 && fill !== "none" ? fill : stroke, 3);
      }
    }
    return problems;
  },

  horizontalOverflow() {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth && document.body.scrollWidth <= root.clientWidth) return [];
    const clipped = (element) => {
      for (let parent = element.parentElement; parent && parent !== document.body; parent = parent.parentElement) {
        if (getComputedStyle(parent).overflowX !== "visible" && parent.clientWidth <= root.clientWidth) return true;
      }
      return false;
    };
    const wide = [...document.querySelectorAll("main *")]
      .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1 && !clipped(element))
      .slice(0, 5)
      .map((element) => `${element.tagName.toLowerCase()}.${element.className}`);
    return [`${root.scrollWidth} px wide in a window of ${root.clientWidth}: ${wide.join(", ")}`];
  },

  /** What goes on beyond the edge of its column and does not show it. */
  unmarkedEdges() {
    const boxes = document.querySelectorAll(".bd-article :is(mjx-container[display], pre, .pst-scrollable-table-container)");
    return [...boxes]
      .filter((box) => box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).maskImage === "none")
      .map((box) => `${box.tagName.toLowerCase()} goes on without a sign: ${box.textContent.trim().slice(0, 40)}`);
  },

  clippedFigures() {
    const name = (part) => `figure ${part.closest("figure")?.id}`;
    const wide = [...document.querySelectorAll(".lif-plotly svg.main-svg")]
      .filter((svg) => svg.getBoundingClientRect().width > svg.closest(".lif-plotly").clientWidth + 1)
      .map((svg) => `${name(svg)} is wider than its column`);
    const covered = [...document.querySelectorAll(".lif-plotly")].filter((figure) => {
      const [title, legend] = [".gtitle", ".legend"].map((part) => figure.querySelector(part)?.getBoundingClientRect());
      return title && legend && legend.top < title.bottom - 1 && legend.left < title.right && title.left < legend.right;
    });
    return [...wide, ...covered.map((figure) => `${name(figure)} has its legend on its title`)];
  },
})
