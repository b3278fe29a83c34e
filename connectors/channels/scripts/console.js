// The advisers' console when JavaScript is there: pages stay up to date by themselves, and everything has a key.
//
// What the server sends is that something is new; the page asks for what it lacks, from what it has. So nothing is lost
// while a connection is down, and nothing comes twice. Focus never moves because something arrived.
(() => {
  "use strict";
  const body = document.body;
  const settings = JSON.parse(body.dataset.settings || "null");
  document.querySelector("#error")?.focus();
  if (!settings) return;
  const columns = document.querySelector("[data-conversation]");
  const conversation = columns?.dataset.conversation || "";
  const log = document.getElementById("log");
  const lost = document.getElementById("lost");
  const spoken = document.getElementById("spoken");
  const csrf = body.dataset.csrf;
  let emptying = 0;

  const say = (text) => {
    clearTimeout(emptying);
    spoken.textContent = text;
    emptying = setTimeout(() => { spoken.textContent = ""; }, 1000);
  };

  // Alerts: only for what is one's own, and only where one wants them.
  let audio = null;
  const beep = () => {
    if (!settings.sound) return;
    audio ||= new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.value = 0.08;
    tone.frequency.value = 660;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.15);
  };
  const alert = (text) => {
    say(text);
    if (document.visibilityState === "visible" && document.hasFocus()) return;
    beep();
    if (settings.notify && "Notification" in window && Notification.permission === "granted") {
      new Notification("Aratohu", { body: text });
    }
  };
  document.querySelector("form[action='/console/settings']")?.addEventListener("submit", () => {
    if (document.getElementById("notify").checked && "Notification" in window) Notification.requestPermission();
  });

  const last = () => Math.max(0, ...[...(log?.children || [])].map((turn) => Number(turn.id.split("-")[1]) || 0));
  const scroll = () => {
    const box = log?.closest(".console-scroll");
    if (box) box.scrollTop = box.scrollHeight;
  };
  scroll();

  // A part of the page is replaced, unless somebody is at work in it.
  const busy = (part) => {
    const at = document.activeElement;
    return part.contains(at) && at.matches("input, textarea, select");
  };
  const refresh = (id, url) => {
    const part = document.getElementById(id);
    if (!part) return;
    if (busy(part)) {
      part.dataset.stale = url;
      return;
    }
    delete part.dataset.stale;
    const open = [...part.querySelectorAll("details[open] > summary")].map((one) => one.textContent.trim());
    const key = document.activeElement?.closest("a, button, summary");
    const focused = key && part.contains(key) ? key.textContent.trim() : null;
    htmx.ajax("GET", url, { target: `#${id}`, swap: "innerHTML" }).then(() => {
      for (const summary of part.querySelectorAll("details > summary")) {
        if (open.includes(summary.textContent.trim())) summary.parentElement.open = true;
      }
      if (focused) {
        [...part.querySelectorAll("a, button, summary")].find((one) => one.textContent.trim() === focused)?.focus();
      }
    });
  };
  document.addEventListener("focusout", (event) => {
    const part = event.target.closest?.("[data-stale]");
    if (part) setTimeout(() => { if (part.dataset.stale && !busy(part)) refresh(part.id, part.dataset.stale); }, 200);
  });
  const look = () => {
    refresh("board", "/console/board");
    refresh("live", "/console/live/part");
    if (conversation) refresh("aside", `/console/conversations/${conversation}/aside`);
  };

  let asking = false;
  const ask = () => {
    if (!log || asking) return;
    asking = true;
    const since = last();
    htmx.ajax("GET", `/console/conversations/${conversation}/turns?since=${since}`, { target: "#log", swap: "beforeend" }).finally(() => {
      asking = false;
      const seen = new Set();
      for (const turn of [...log.children]) {
        if (seen.has(turn.id)) turn.remove();
        else seen.add(turn.id);
      }
      const fresh = [...log.children].filter((turn) => Number(turn.id.split("-")[1]) > since);
      const said = fresh.filter((turn) => turn.classList.contains("turn--person"));
      if (said.length) alert(`The person wrote: ${said.map((turn) => turn.querySelector(".bubble")?.textContent || "").join(" ")}`);
      scroll();
      refresh("aside", `/console/conversations/${conversation}/aside`);
    });
  };

  const beat = () => {
    const form = new URLSearchParams({ csrf, looking: conversation });
    fetch("/console/beat", { method: "POST", body: form, keepalive: true }).then((answer) => {
      if (answer.redirected || answer.status === 401 || answer.status === 403) window.location.assign("/console/sign-in");
    }, () => {});
  };

  let waiting = null;
  let source = null;
  const listen = () => {
    source?.close();
    source = new EventSource(`/console/events?conversation=${conversation}&after=${last()}`);
    source.addEventListener("open", () => {
      if (!lost.hidden) {
        // Whatever changed meanwhile is asked for, too.
        ask();
        look();
      }
      lost.hidden = true;
    });
    source.addEventListener("error", () => { lost.hidden = false; });
    source.addEventListener("pulse", beat);
    source.addEventListener("turns", (event) => { if (Number(event.lastEventId) > last()) ask(); });
    source.addEventListener("looking", (event) => {
      const place = document.getElementById("looking");
      if (place) place.textContent = event.data ? `Also looking: ${event.data}` : "Nobody else is looking.";
    });
    source.addEventListener("board", (event) => {
      const number = JSON.parse(event.data).waiting;
      if (waiting !== null && number > waiting) alert(`${number} waiting`);
      waiting = number;
      look();
    });
  };
  window.addEventListener("online", listen);
  window.addEventListener("pageshow", listen);
  window.addEventListener("pagehide", () => source?.close());
  setInterval(() => { if (document.getElementById("live")) refresh("live", "/console/live/part"); }, 5000);

  // Keys. None works while somebody writes: shortcuts that fire by accident are worse than none.
  const writes = (at) => at?.matches?.("input:not([type=checkbox]):not([type=radio]):not([type=submit]), textarea, select") || at?.isContentEditable;
  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && at.matches?.("[data-send]")) {
      event.preventDefault();
      if (!event.repeat) at.form.requestSubmit();
      return;
    }
    if (event.key === "Escape" && writes(at)) {
      at.blur();
      return;
    }
    if (settings.keys === false || event.ctrlKey || event.metaKey || event.altKey || event.repeat || writes(at)) return;
    if (/^[1-9]$/.test(event.key)) {
      document.querySelectorAll("a[data-mine]")[Number(event.key) - 1]?.click();
      return;
    }
    const field = document.querySelector(`[data-focus="${CSS.escape(event.key)}"]`);
    if (field) {
      event.preventDefault();
      field.focus();
      return;
    }
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (target) {
      event.preventDefault();
      target.click();
      if (target.matches("summary")) target.parentElement.querySelector("select, input:not([type=hidden]), button")?.focus();
    }
  });

  // What is being written survives a page that is left or a send that fails.
  const box = document.querySelector("[data-send]");
  if (box && conversation) {
    const key = `draft-${conversation}`;
    if (!box.value) box.value = sessionStorage.getItem(key) || "";
    box.addEventListener("input", () => sessionStorage.setItem(key, box.value));
    box.form.addEventListener("submit", () => sessionStorage.removeItem(key));
  }
})();
