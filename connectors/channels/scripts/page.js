// What every page does when JavaScript is there: leave quickly, print, bring people to what went wrong, send on Enter.
(() => {
  "use strict";
  document.documentElement.classList.add("has-script");

  // In a frame on another site a browser may keep it from us.
  let storage = null;
  try { storage = window.sessionStorage; } catch { /* without it, words are kept in their box only */ }

  // Leaving: this page's place in the tab's history is taken by the other one, and nothing is seen while that loads.
  // In a frame it is the page around it that has to go.
  const leave = document.querySelector("[data-leave]");
  const go = () => {
    document.title = " ";
    document.body.hidden = true;
    storage?.clear();
    document.dispatchEvent(new CustomEvent("aratohu:leave"));
    if (window.parent === window) window.location.replace(leave.href);
  };
  leave?.addEventListener("click", (event) => {
    event.preventDefault();
    go();
  });
  // Three times Shift, or three times Escape, with no other key between.
  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.repeat || !leave) return;
    if (event.key !== "Shift" && event.key !== "Escape") {
      presses = [];
      return;
    }
    presses = [...presses.filter((one) => one.key === event.key && event.timeStamp - one.at < 3000), { key: event.key, at: event.timeStamp }];
    if (presses.length >= 3) go();
  });

  // Receipts may come into the page later, so buttons are looked for where the press lands.
  const showPrint = (root) => root.querySelectorAll("[data-print], [data-copy]").forEach((button) => { button.hidden = false; });
  showPrint(document);
  document.addEventListener("htmx:afterSwap", () => showPrint(document));
  document.addEventListener("click", async (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const copy = event.target.closest("[data-copy]");
    if (!copy) return;
    const field = document.getElementById(copy.dataset.copy);
    field.select();
    await navigator.clipboard?.writeText(field.value);
    copy.textContent = copy.dataset.copied;
  });

  // Enter sends; on a touch keyboard it makes a line, as there is no Shift and Enter to make one with.
  document.addEventListener("keydown", (event) => {
    const writes = event.target.closest?.("[data-enter]");
    if (!writes || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (window.matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    if (!event.repeat) writes.form.requestSubmit();
  });

  // Boxes that are ticked off save themselves.
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-save]")) event.target.form.requestSubmit();
  });

  // Words that could not be sent because the conversation had ended come along.
  const draft = storage?.getItem("aratohu-draft") ?? null;
  const box = document.getElementById("text");
  if (draft !== null && box) {
    storage.removeItem("aratohu-draft");
    if (draft) box.value = draft;
    const note = document.getElementById("ended");
    if (note) {
      note.hidden = false;
      note.focus();
    }
  }

  document.querySelector("[data-focus]")?.focus();
  document.querySelector(".govuk-error-summary")?.focus();
})();
