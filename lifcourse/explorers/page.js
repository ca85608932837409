/* Brings the explorers of a page to life, the first at once, the others when they come near the
   viewport. A classic script: it works from a file. */
(() => {
  "use strict";
  const NEAR = "400px 0px";
  const render = lifRender(uPlot);
  const compute = lifCompute(lifZiggurat);

  function start(element) {
    observer.unobserve(element);
    if (element.dataset.state) return;
    element.dataset.state = "started";
    try {
      const { spec, models } = JSON.parse(element.querySelector("script").textContent);
      let reply = null;
      render({
        el: element,
        model: {
          get: (key) => ({ spec, page: true })[key],
          on: (_, listener) => (reply = listener),
          send: ({ id, setting }) => reply({ id, answer: compute(spec, window.lifModels[models], setting) }, []),
        },
      });
      element.dataset.state = "alive";
    } catch (error) {
      element.dataset.state = "failed";
      element.append(`This figure could not be started: ${error.message}`);
      console.error(error);
    }
  }

  const observer = new IntersectionObserver(
    (entries) => entries.filter(({ isIntersecting }) => isIntersecting).forEach(({ target }) => start(target)),
    { rootMargin: NEAR },
  );
  const all = document.querySelectorAll(".lif-explorer-page");
  const startLinked = () => all.forEach((element) => {
    if (location.hash.startsWith(`#${element.dataset.name}:`)) start(element);
  }); // prettier-ignore
  all.forEach((element) => observer.observe(element));
  if (all.length) start(all[0]); // at once, before formulas and other figures take their time
  startLinked();
  addEventListener("hashchange", startLinked);
  addEventListener("beforeprint", () => all.forEach(start));
})();
