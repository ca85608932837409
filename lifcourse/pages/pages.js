/* Mends what the theme and its extensions get wrong for those who listen to a page instead of looking at it. */
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

  // What is too wide for its column scrolls, and what scrolls can be reached with the keyboard.
  const reachable = () =>
    mend("mjx-container[display], .pst-scrollable-table-container, .bd-article pre", (box) => {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else if (box.tabIndex === 0) box.removeAttribute("tabindex");
    });
  addEventListener("load", () => {
    reachable();
    window.MathJax?.startup?.promise?.then(reachable);
    let pause = 0;
    const soon = () => {
      clearTimeout(pause);
      pause = setTimeout(reachable, 100);
    };
    addEventListener("resize", soon);
    addEventListener("click", soon); // what was folded, a solution say, has a width only now
    addEventListener("toggle", soon, true);
  });
})();
