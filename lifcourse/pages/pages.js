/* Mends what the theme and its extensions get wrong for those who listen to a page instead of looking at it. */
(() => {
  "use strict";
  const mend = (selector, change) => document.querySelectorAll(selector).forEach(change);

  // A name that leaves out what stands on the button cannot be spoken to a computer that obeys the voice.
  mend(".search-button-field, details.hide > summary", (element) => element.removeAttribute("aria-label"));
  mend(".theme-switch-button i", (icon) => {
    icon.removeAttribute("title");
    icon.setAttribute("aria-hidden", "true");
  });
  // A list has to have items; what stands in a bibliography are entries.
  mend(".citation-list[role=list]", (list) => list.removeAttribute("role"));
})();
