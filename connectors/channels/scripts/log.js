// The log of the conversation: what is new is shown, spoken once, and put in order; focus is never taken from anybody.
//
// For screen readers: one hidden live region says what is new and is emptied a second later, so that nothing is read
// twice. Focus stays where it is when a message arrives; only when the thing that had it goes away does it move, to
// the heading of the newest turn.
export const log = document.getElementById("log");
const spoken = document.getElementById("spoken");
const more = document.getElementById("more");

let emptying = 0;
export const say = (text, lang) => {
  clearTimeout(emptying);
  spoken.lang = lang || document.documentElement.lang;
  spoken.textContent = text;
  emptying = setTimeout(() => { spoken.textContent = ""; }, 1000);
};

export const complain = (text) => {
  const place = document.getElementById("problem");
  if (place) place.textContent = text;
  else if (text) say(text);
};

// The number of the newest turn that is here.
export const last = () => Math.max(0, ...[...log.children].map((turn) => Number(turn.id.split("-")[1]) || 0));

const newestHeading = () => [...log.querySelectorAll(".turn__who[tabindex]")].at(-1);
const calmly = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

const goAway = (group) => {
  if (group.contains(document.activeElement)) newestHeading()?.focus({ preventScroll: true });
  group.remove();
};

// What a person just said stands in the log at once, paler until the server has it.
export const pend = (words) => {
  const turn = document.createElement("li");
  turn.className = "turn turn--person turn--pending";
  const who = document.createElement("p");
  who.className = "turn__who";
  who.textContent = log.dataset.you;
  const bubble = document.createElement("div");
  bubble.className = "bubble";
  bubble.dir = "auto";
  bubble.textContent = words;
  const state = document.createElement("p");
  state.className = "turn__state";
  state.textContent = log.dataset.sending;
  turn.append(who, bubble, state);
  log.append(turn);
  turn.scrollIntoView({ block: "nearest" });
  return turn;
};

// Choices that have had their answer go away, and only the newest plan stays unfolded: as the server does it.
const tidy = (fresh) => {
  const said = fresh.find((turn) => turn.classList.contains("turn--person"));
  const chosen = said?.dataset.choice;
  const isHeld = fresh.some((turn) => turn.classList.contains("turn--adviser"));
  const older = [...log.children].filter((turn) => !fresh.includes(turn));
  for (const turn of older) {
    // An answer that comes by itself leaves the message before it the last one.
    if (said || isHeld) turn.querySelectorAll("[data-last]").forEach(goAway);
    for (const group of turn.querySelectorAll("[data-passing]")) {
      const message = group.closest(".message");
      const pressed = chosen && [...message.querySelectorAll("[data-passing] [name=choice]")].some((one) => one.value === chosen);
      if ((group.dataset.passing === "said" && said) || pressed) {
        message.querySelectorAll("[data-passing]").forEach((one) => { one.dataset.passing = "over"; });
      }
    }
  }
  const kinds = new Set([...log.querySelectorAll("[data-newest]")].map((card) => card.dataset.newest));
  for (const kind of kinds) {
    for (const card of [...log.querySelectorAll(`[data-newest="${kind}"]`)].slice(0, -1)) {
      if (kind === "plan") {
        if (card.contains(document.activeElement)) newestHeading()?.focus({ preventScroll: true });
        card.open = false;
      } else {
        card.querySelectorAll("[data-passing]").forEach((one) => { one.dataset.passing = "over"; });
      }
    }
  }
  log.querySelectorAll('[data-passing="over"]').forEach(goAway);
};

// Turns have come into the log. `asked` says whether the person has just sent something and waits for them.
export const arrived = (asked) => {
  const known = new Set();
  const fresh = [];
  for (const turn of [...log.children].reverse()) {
    // Another tab, or an answer that came twice, may bring what is here already.
    if (turn.id && known.has(turn.id)) turn.remove();
    else known.add(turn.id);
    if (turn.id && !turn.dataset.seen) fresh.unshift(turn);
  }
  // What still waits to be sent stands below what was said.
  log.append(...log.querySelectorAll(".turn--pending"));
  if (!fresh.length) return;
  const isFar = log.getBoundingClientRect().bottom - window.innerHeight > window.innerHeight / 2;
  for (const turn of fresh) {
    turn.dataset.seen = "yes";
    turn.classList.add("turn--new");
  }
  tidy(fresh);
  const answers = fresh.filter((turn) => turn.dataset.spoken);
  if (answers.length) say(answers.map((turn) => turn.dataset.spoken).join(" "), answers[0].querySelector("[lang]")?.lang);
  if (asked || !isFar) fresh[0].scrollIntoView({ block: "start", behavior: calmly() });
  else if (more) more.hidden = false;
};

// Focus that was on something that is gone goes to the newest turn; to what is wrong, if something is.
export const settleFocus = (answered) => {
  const summary = document.querySelector(".composer .govuk-error-summary");
  const at = document.activeElement;
  // htmx gives focus back by id; but the button under an answer is gone, even if the next one is called the same.
  const lost = !at || at === document.body || (answered && at.id === "send");
  if (summary) summary.focus();
  else if (lost) newestHeading()?.focus({ preventScroll: true });
};

// Turns that were taken back in another tab.
export const forget = (numbers) => {
  for (const number of numbers) {
    const turn = document.getElementById(`turn-${number}`);
    if (turn) goAway(turn);
  }
};

more?.addEventListener("click", () => {
  more.hidden = true;
  const heading = newestHeading();
  heading?.scrollIntoView({ block: "start", behavior: calmly() });
  heading?.focus({ preventScroll: true });
});

for (const turn of log.children) turn.dataset.seen = "yes";
