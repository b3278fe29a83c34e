// In a frame on an agency's page: answers the loader, and nobody else. Messages are checked by origin, both ways.
(() => {
  "use strict";
  const allowed = (document.documentElement.dataset.origins || "").split(" ").filter(Boolean);
  let around = "";
  const tell = (what) => { if (around) window.parent.postMessage({ aratohu: what }, around); };
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || !allowed.includes(event.origin)) return;
    if (event.data?.aratohu !== "hello") return;
    around = event.origin;
    tell("ready");
  });
  document.addEventListener("aratohu:leave", () => {
    // The frame's own cookies are kept apart from those of our other pages, so they are cleared from here.
    fetch("/exit", { keepalive: true, redirect: "manual" });
    tell("leave");
  });
  // Other sites do not let themselves be shown in a frame.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^=http]");
    if (link && link.origin !== window.location.origin) link.target = "_blank";
  }, true);
})();
