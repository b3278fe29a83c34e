// The chat when JavaScript is there. Without it every form posts and the page comes back whole.
//
// Messages wait in a queue until the server has them. Each carries a number used once, so that sending it again after
// a lost connection does not double it. What others say (an adviser, an answer that came late, another tab) is told by
// server-sent events; the page then asks for what it lacks, from the last turn that it has.
import { arrived, complain, forget, last, log, pend, say, settleFocus } from "./log.js";

const queue = [];
const typing = document.getElementById("typing");
let flying = false;
let asking = false;
let slow = 0;
let again = 0;
let tries = 0;

const once = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const labelOf = (button) => {
  const copy = button.cloneNode(true);
  copy.querySelectorAll(".govuk-visually-hidden").forEach((hidden) => hidden.remove());
  return copy.textContent.trim();
};

const wordsOf = (form, button) => {
  if (button?.name === "choice") return labelOf(button);
  const ticked = [...form.querySelectorAll("input[name=tick]:checked")].map((box) => form.querySelector(`label[for="${box.id}"]`).textContent.trim());
  if (button?.name === "rest") ticked.push(labelOf(button));
  if (ticked.length) return ticked.join(". ");
  const chosen = form.querySelector("input[name=choice]:checked");
  if (chosen) return form.querySelector(`label[for="${chosen.id}"]`).textContent.trim();
  return form.querySelector("[name=text]")?.value.trim() || "";
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-message]")) return;
  event.preventDefault();
  const button = event.submitter;
  const data = new FormData(form);
  const values = Object.fromEntries(data);
  // A list has several of one name.
  if (data.has("tick")) values.tick = data.getAll("tick");
  if (button?.name) values[button.name] = button.value;
  const words = wordsOf(form, button);
  const writes = form.querySelector("textarea[name=text]");
  complain("");
  queue.push({
    values: { ...values, nonce: once() },
    isQuestion: form.closest(".composer--question") !== null,
    text: writes ? writes.value : "",
    turn: words ? pend(words) : null,
  });
  if (writes) {
    writes.value = "";
    writes.dispatchEvent(new Event("input", { bubbles: true }));
  }
  send();
});

// "None of these" goes with nothing else.
document.addEventListener("change", (event) => {
  if (!event.target.matches("input[name=tick]:checked")) return;
  const isNone = (box) => box.dataset.behaviour === "exclusive";
  for (const box of event.target.form.querySelectorAll("input[name=tick]")) {
    if (isNone(box) !== isNone(event.target)) box.checked = false;
  }
});

const send = () => {
  if (flying || asking || !queue.length) return;
  flying = true;
  clearTimeout(again);
  typing.classList.add("is-on");
  slow = setTimeout(() => say(log.dataset.slow), 8000);
  const values = { ...queue[0].values, since: last() };
  htmx.ajax("POST", "/chat", { values, target: "#log", swap: "beforeend" });
};

const landed = () => {
  flying = false;
  clearTimeout(slow);
  typing.classList.remove("is-on");
};

const isMessage = (detail) => detail.requestConfig?.verb === "post" && detail.requestConfig.path === "/chat";

// The box that the person was writing in stays theirs: what they began goes over into the new one.
document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  const old = document.getElementById("composer");
  const next = event.detail.fragment.querySelector("#composer");
  if (!old || !next) return;
  if (asking && old.dataset.asking === next.dataset.asking) {
    event.detail.shouldSwap = false;
    return;
  }
  const from = old.querySelector("textarea[data-enter]");
  const to = next.querySelector("textarea[data-enter]");
  if (from && to && !to.value) to.value = from.value;
});

let answered = false;
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.shouldSwap || !isMessage(event.detail)) return;
  landed();
  tries = 0;
  const done = queue.shift();
  done?.turn?.remove();
  answered = done?.isQuestion || false;
});

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "log" && event.detail.target.id !== "composer") return;
  arrived(isMessage(event.detail));
  settleFocus(answered);
  answered = false;
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  if (isMessage(event.detail) && event.detail.successful) send();
});

document.body.addEventListener("gone", (event) => forget(event.detail.value || []));

// The connection is lost: the message stays in the queue and goes out by itself.
const lost = (event) => {
  if (!isMessage(event.detail)) return;
  landed();
  const waits = queue[0]?.turn?.querySelector(".turn__state");
  if (tries === 0) {
    complain(log.dataset.lost);
    if (waits) waits.textContent = log.dataset.waiting;
  }
  tries += 1;
  again = setTimeout(send, Math.min(30000, 2000 * 2 ** tries));
};
for (const name of ["htmx:sendError", "htmx:timeout"]) document.body.addEventListener(name, lost);

// The server would not have it: the words go back into the box, with what to do.
document.body.addEventListener("htmx:responseError", (event) => {
  if (!isMessage(event.detail)) return;
  landed();
  const status = event.detail.xhr.status;
  const failed = queue.splice(0);
  failed.forEach((one) => one.turn?.remove());
  const text = failed.map((one) => one.text).filter(Boolean).join("\n");
  if (status === 401 || status === 403) {
    // The conversation, or this page's right to send, has ended. The words come along to where one can go on.
    try {
      sessionStorage.setItem("aratohu-draft", text);
      window.location.replace("/chat");
      return;
    } catch { /* a browser that keeps nothing for frames: the words stay in the box */ }
  }
  const box = document.querySelector("#composer textarea[name=text]");
  if (box && text && !box.value) box.value = text;
  complain(status === 429 ? log.dataset.many : log.dataset.trouble);
});

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

// News.
const ask = () => {
  if (flying || asking) return;
  asking = true;
  const done = () => {
    asking = false;
    send();
  };
  htmx.ajax("GET", `/chat/turns?since=${last()}`, { target: "#log", swap: "beforeend" }).then(done, done);
};

let source = null;
let holder = "";
const listen = () => {
  source?.close();
  source = new EventSource(`/chat/events?after=${last()}`);
  source.addEventListener("turns", (event) => { if (Number(event.lastEventId) > last()) ask(); });
  source.addEventListener("holder", (event) => {
    const words = log.dataset[`holder${event.data}`] || "";
    document.getElementById("holder").textContent = words;
    if (holder && holder !== event.data && words) say(words);
    holder = event.data;
  });
};

const back = () => {
  tries = 0;
  send();
  listen();
};
window.addEventListener("online", back);
window.addEventListener("pageshow", listen);
window.addEventListener("pagehide", () => source?.close());
// A page that nobody looks at need not hold a line open; when it is looked at again it catches up.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") back();
  else source?.close();
});
