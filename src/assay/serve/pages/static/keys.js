// Single keys: / to the filter, j and k through rows, ? for help. They can be turned off.
(() => {
  "use strict";
  const help = document.getElementById("keys");
  const on = document.getElementById("keys-on");
  const open = document.getElementById("keys-open");
  const NAME = "assay-keys";

  try {
    on.checked = localStorage.getItem(NAME) !== "off";
  } catch (error) {
    // nothing may be kept here: keys are on until the page is left
  }
  on.addEventListener("change", () => {
    try {
      localStorage.setItem(NAME, on.checked ? "on" : "off");
    } catch (error) {
      // as above
    }
  });
  open.hidden = false;
  open.addEventListener("click", () => help.showModal());

  const move = (step) => {
    const rows = [...document.querySelectorAll("[data-rows] [data-row]")];
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.closest("tr").contains(document.activeElement));
    const to = at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step;
    rows[Math.min(Math.max(to, 0), rows.length - 1)].focus();
  };

  const isTyping = (place) =>
    place instanceof Element &&
    (place.closest("input:not([type=radio]):not([type=checkbox]), textarea, select") ||
      place.isContentEditable);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (help.open || !on.checked || isTyping(event.target)) return;
    const filter = document.querySelector("[data-filter]");
    if (event.key === "?") help.showModal();
    else if (event.key === "/" && filter) filter.focus();
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else return;
    event.preventDefault();
  });
})();
