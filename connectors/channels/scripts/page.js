// What every page does when JavaScript is there: leave quickly, print, bring people to what went wrong, send on Enter.
(() => {
  "use strict";
  document.documentElement.classList.add("has-script");

  // Leaving: this page's place in the tab's history is taken by the other one, and nothing is seen while that loads.
  const leave = document.querySelector("[data-leave]");
  const go = () => {
    document.title = " ";
    document.body.hidden = true;
    sessionStorage.clear();
    window.location.replace(leave.href);
  };
  leave?.addEventListener("click", (event) => {
    event.preventDefault();
    go();
  });
  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat || !leave) {
      if (event.key !== "Escape") presses = [];
      return;
    }
    presses = [...presses.filter((time) => event.timeStamp - time < 3000), event.timeStamp];
    if (presses.length >= 3) go();
  });

  // Receipts may come into the page later, so buttons are looked for where the press lands.
  const showPrint = (root) => root.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; });
  showPrint(document);
  document.addEventListener("htmx:afterSwap", () => showPrint(document));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  // Enter sends; on a touch keyboard it makes a line, as there is no Shift and Enter to make one with.
  document.addEventListener("keydown", (event) => {
    const writes = event.target.closest?.("[data-enter]");
    if (!writes || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (window.matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    if (!event.repeat) writes.form.requestSubmit();
  });

  document.querySelector(".govuk-error-summary")?.focus();
})();
