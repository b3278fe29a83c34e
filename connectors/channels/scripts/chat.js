// The chat when JavaScript is there. Without it every form posts and the page comes back whole.
//
// For screen readers: one hidden live region says what is new and is emptied a second later, so that nothing is read
// twice. Focus stays where it is when a message arrives; only when the thing that had it goes away does it move, to
// the heading of the newest turn.
(() => {
  "use strict";
  const log = document.getElementById("log");
  const spoken = document.getElementById("spoken");
  if (!log || !spoken) return;

  let sending = null;
  let emptying = 0;
  let slow = 0;

  const say = (text, lang) => {
    clearTimeout(emptying);
    spoken.lang = lang || document.documentElement.lang;
    spoken.textContent = text;
    emptying = setTimeout(() => { spoken.textContent = ""; }, 1000);
  };

  const field = () => document.getElementById("text");

  // What the person said stands in the log at once, paler until the server has it.
  const pend = (words) => {
    const turn = document.createElement("li");
    turn.className = "turn turn--person turn--pending";
    const who = document.createElement("p");
    who.className = "turn__who";
    who.textContent = log.dataset.you;
    const bubble = document.createElement("div");
    bubble.className = "bubble";
    bubble.dir = "auto";
    bubble.textContent = words;
    turn.append(who, bubble);
    log.append(turn);
    turn.scrollIntoView({ block: "nearest" });
    return turn;
  };

  const labelOf = (button) => {
    const copy = button.cloneNode(true);
    copy.querySelectorAll(".govuk-visually-hidden").forEach((hidden) => hidden.remove());
    return copy.textContent.trim();
  };

  const wordsOf = (form, button) => {
    if (button && button.name === "choice") return labelOf(button);
    const chosen = form.querySelector("input[name=choice]:checked");
    if (chosen) return form.querySelector(`label[for="${chosen.id}"]`).textContent.trim();
    return form.querySelector("[name=text]")?.value.trim() || "";
  };

  const complain = (text) => {
    const place = document.getElementById("problem");
    if (place) place.textContent = text;
    else say(text);
  };

  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (!(form instanceof HTMLFormElement)) return;
    // One message at a time: the next one needs the nonce that comes with this one's answer.
    if (sending) {
      event.preventDefault();
      return;
    }
    const button = event.detail.requestConfig.triggeringEvent?.submitter || null;
    const words = wordsOf(form, button);
    const writes = form.querySelector("textarea[name=text]");
    const question = form.closest(".composer--question") !== null;
    sending = { question, writes, text: writes ? writes.value : "", turn: words ? pend(words) : null };
    if (writes) {
      writes.value = "";
      writes.dispatchEvent(new Event("input", { bubbles: true }));
    }
    complain("");
    slow = setTimeout(() => say(log.dataset.slow), 8000);
  });

  const settle = () => {
    clearTimeout(slow);
    sending?.turn?.remove();
    const done = sending;
    sending = null;
    return done;
  };

  // What was begun in the box while the answer was on its way is taken over into the new box.
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const old = field();
    const next = event.detail.fragment.querySelector("#text");
    if (old && next && old.matches("textarea[data-enter]") && next.matches("textarea[data-enter]") && !next.value) {
      next.value = old.value;
    }
  });

  const goAway = (group, heading) => {
    if (group.contains(document.activeElement)) heading?.focus({ preventScroll: true });
    group.remove();
  };

  let answered = false;
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.shouldSwap) answered = settle()?.question || false;
  });

  document.body.addEventListener("htmx:afterSwap", () => {
    const known = new Set();
    const fresh = [];
    for (const turn of [...log.children].reverse()) {
      // Another tab, or an answer that came twice, may bring what is here already.
      if (known.has(turn.id)) turn.remove();
      else known.add(turn.id);
      if (!turn.dataset.seen) fresh.unshift(turn);
    }
    for (const turn of fresh) {
      turn.dataset.seen = "yes";
      turn.classList.add("turn--new");
    }
    const headings = log.querySelectorAll(".turn__who[tabindex]");
    const newest = headings[headings.length - 1];
    if (fresh.length) {
      tidy(fresh, newest);
      const answers = fresh.filter((turn) => turn.dataset.spoken);
      if (answers.length) {
        say(answers.map((turn) => turn.dataset.spoken).join(" "), answers[0].querySelector("[lang]")?.lang);
      }
      fresh[0].scrollIntoView({
        block: "start",
        behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
      });
    }
    const summary = document.querySelector(".composer .govuk-error-summary");
    const at = document.activeElement;
    // htmx gives focus back by id; but the button under an answer is gone, even if the next one is called the same.
    const lost = !at || at === document.body || (answered && at.id === "send");
    if (summary) summary.focus();
    else if (lost) newest?.focus({ preventScroll: true });
  });

  // Choices that have had their answer go away, and only the newest plan stays unfolded: as the server does it.
  const tidy = (fresh, newest) => {
    const said = fresh.find((turn) => turn.classList.contains("turn--person"));
    const chosen = said?.dataset.choice;
    const older = [...log.children].filter((turn) => !fresh.includes(turn));
    for (const turn of older) {
      for (const group of turn.querySelectorAll("[data-passing]")) {
        const message = group.closest(".message");
        const pressed = chosen && [...message.querySelectorAll("[data-passing] [name=choice]")].some((one) => one.value === chosen);
        if (group.dataset.passing === "said" || pressed) {
          message.querySelectorAll("[data-passing]").forEach((one) => { one.dataset.passing = "over"; });
        }
      }
    }
    const kinds = new Set([...log.querySelectorAll("[data-newest]")].map((card) => card.dataset.newest));
    for (const kind of kinds) {
      const cards = [...log.querySelectorAll(`[data-newest="${kind}"]`)];
      for (const card of cards.slice(0, -1)) {
        if (kind === "plan") {
          if (card.contains(document.activeElement)) newest?.focus({ preventScroll: true });
          card.open = false;
        } else {
          card.querySelectorAll("[data-passing]").forEach((one) => { one.dataset.passing = "over"; });
        }
      }
    }
    log.querySelectorAll('[data-passing="over"]').forEach((group) => goAway(group, newest));
  };

  const lost = () => {
    const failed = settle();
    const writes = field();
    if (failed?.text && writes && !writes.value) writes.value = failed.text;
    complain(log.dataset.lost);
  };
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.body.addEventListener(name, lost);
  }

  // How many letters are left is told near the end only, and spoken when one stops typing.
  let counting = 0;
  document.addEventListener("input", (event) => {
    const limit = Number(event.target.dataset?.limit);
    const place = document.getElementById("left");
    if (!limit || !place || event.target.id !== "text") return;
    const left = limit - event.target.value.length;
    const text = left > limit / 10 ? "" : (left < 0 ? event.target.dataset.overWords : event.target.dataset.limitWords).replace("#", Math.abs(left));
    place.textContent = text;
    clearTimeout(counting);
    if (text) counting = setTimeout(() => say(text), 1500);
  });

  for (const turn of log.children) turn.dataset.seen = "yes";

  // News: an adviser's words, an answer that came late, another tab. The server says that there is something and the
  // page asks for what it lacks, from the last turn that it has; so nothing is lost in a sleep, and nothing comes twice.
  const last = () => Math.max(0, ...[...log.children].map((turn) => Number(turn.id.split("-")[1]) || 0));
  let asking = false;
  const ask = () => {
    if (sending || asking) return;
    asking = true;
    htmx.ajax("GET", `/chat/turns?since=${last()}`, { target: "#log", swap: "beforeend" }).finally(() => { asking = false; });
  };
  let source = null;
  const listen = () => {
    source?.close();
    source = new EventSource(`/chat/events?after=${last()}`);
    source.addEventListener("turns", (event) => { if (Number(event.lastEventId) > last()) ask(); });
  };
  window.addEventListener("online", listen);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") listen();
    else source?.close();
  });
  window.addEventListener("pageshow", listen);
  window.addEventListener("pagehide", () => source?.close());
})();
