/* Mends what the theme and its extensions get wrong for those who listen to a page instead of looking at it, or look at
   it on a phone. */
(() => {
  "use strict";
  const mend = (selector, change) => document.querySelectorAll(selector).forEach(change);

  // A name that leaves out what stands on the button cannot be spoken to a computer that obeys the voice.
  mend(".search-button-field, details.hide > summary", (element) => element.removeAttribute("aria-label"));
  // The theme's icons come as <i>, and some script turns them into <svg>, sooner or later than this one runs.
  const silence = () =>
    mend(".theme-switch-button :is(i, svg)", (icon) => {
      icon.removeAttribute("title");
      icon.removeAttribute("aria-labelledby");
      icon.setAttribute("aria-hidden", "true");
      icon.querySelector("title")?.remove();
    });
  silence();
  addEventListener("load", silence);
  // A list has to have items; what stands in a bibliography are entries.
  mend(".citation-list[role=list]", (list) => list.removeAttribute("role"));

  // Who reads on meets a figure sooner or later: fetched now, in idle time, the next page is light.
  const figures = new URL("plotly-cartesian.min.js", document.currentScript.src).href;
  addEventListener("load", () => {
    if (location.protocol === "file:" || navigator.connection?.saveData) return;
    const link = document.createElement("link");
    Object.assign(link, { rel: "prefetch", as: "script", href: figures });
    document.head.append(link);
  });

  // What is too wide for its column scrolls: it fades where there is more (pages.css), and the keyboard can reach it.
  const WIDE = "mjx-container[display], .pst-scrollable-table-container, .bd-article pre";
  const fit = (box) => {
    const beyond = box.scrollWidth - box.clientWidth;
    if (beyond > 0) box.tabIndex = 0;
    else if (box.tabIndex === 0) box.removeAttribute("tabindex");
    const more = [box.scrollLeft > 1 && "left", box.scrollLeft < beyond - 1 && "right"].filter(Boolean);
    if (more.length) box.dataset.more = more.join(" ");
    else delete box.dataset.more;
  };
  // Fires at first, when the window changes, and when what was folded, a solution say, gets a width.
  const widths = new ResizeObserver((entries) => entries.forEach(({ target }) => fit(target)));
  const watch = () => mend(WIDE, (box) => widths.observe(box));
  addEventListener("scroll", ({ target }) => target.matches?.(WIDE) && fit(target), true);
  addEventListener("load", () => {
    watch();
    window.MathJax?.startup?.promise?.then(watch);
    addEventListener("toggle", watch, true); // what an explorer has made since
  });
})();
