// Puts a button on an agency's page that opens Aratohu in a frame. <script src=".../embed.js" data-site="ir" async>
// It sets no cookie, stores nothing and reads nothing of the page; what it says to the frame and hears from it is
// checked by origin.
(async () => {
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const site = script.dataset.site;
  let told;
  try {
    const answer = await fetch(`${home}/embed/${site}.json`, { credentials: "omit", referrerPolicy: "no-referrer" });
    if (!answer.ok) throw new Error(answer.status);
    told = await answer.json();
  } catch {
    console.warn("Aratohu is not shown: this page is not on the list of its site.");
    return;
  }
  const make = (tag, properties, parent) => {
    const element = Object.assign(document.createElement(tag), properties);
    parent?.append(element);
    return element;
  };
  const host = make("aratohu-chat", {}, document.body);
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host{all:initial}
*{box-sizing:border-box;font:600 1rem/1.3 system-ui,sans-serif}
.b,.p{position:fixed;right:max(16px,env(safe-area-inset-right));bottom:max(16px,env(safe-area-inset-bottom));z-index:2147483000}
button{min-height:48px;padding:10px 18px;border:2px solid #fff;border-radius:24px;color:#fff;background:${told.colour};cursor:pointer}
button:focus-visible,a:focus-visible{outline:3px solid #10191a;outline-offset:2px;box-shadow:0 0 0 6px #ffc832}
.p{display:flex;flex-direction:column;width:min(420px,calc(100vw - 32px));height:min(680px,calc(100dvh - 32px));border:1px solid #35504f;border-radius:12px;overflow:hidden;background:#fff}
.p[hidden]{display:none}
.h{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:4px 12px;padding:6px 8px 6px 14px;color:#fff;background:${told.colour}}
.h p{margin:0;font-weight:400;font-size:.875rem}
.h a{color:#fff}
iframe{flex:1;width:100%;border:0}
@media(max-width:640px){.p{inset:0;width:auto;height:auto;border:0;border-radius:0}}`);
  root.adoptedStyleSheets = [sheet];
  const open = make("button", { className: "b", type: "button", textContent: told.open, ariaExpanded: "false" }, root);
  const panel = make("div", { className: "p", hidden: true, ariaLabel: told.title }, root);
  panel.setAttribute("role", "dialog");
  const head = make("div", { className: "h" }, panel);
  const about = make("p", {}, head);
  if (told.phone) {
    make("a", { href: `tel:${told.phone.replace(/[^\d+]/g, "")}`, textContent: `${told.name}: ${told.phone}` }, about);
    if (told.hours) about.append(` (${told.hours})`);
  } else about.textContent = told.name;
  const close = make("button", { type: "button", textContent: told.close }, head);
  const outside = make("a", { href: home, target: "_blank", rel: "noreferrer", textContent: told.alone }, head);
  outside.hidden = true;
  let frame;
  let ready = false;
  const show = () => {
    if (!frame) {
      frame = make("iframe", { title: told.title, referrerPolicy: "no-referrer", allow: "", src: `${home}/embed/${site}` });
      frame.setAttribute("sandbox", "allow-scripts allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals");
      frame.addEventListener("load", () => {
        frame.contentWindow.postMessage({ aratohu: "hello" }, home);
        // A browser that keeps the frame from its own cookies can't show it; a window of its own always works.
        setTimeout(() => { outside.hidden = ready; }, 3000);
      });
      panel.append(frame);
    }
    panel.hidden = false;
    open.hidden = true;
    open.ariaExpanded = "true";
    close.focus();
  };
  const hide = () => {
    panel.hidden = true;
    open.hidden = false;
    open.ariaExpanded = "false";
    open.focus();
  };
  open.addEventListener("click", show);
  close.addEventListener("click", hide);
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  addEventListener("message", (event) => {
    if (event.origin !== home || event.source !== frame?.contentWindow) return;
    if (event.data?.aratohu === "ready") ready = true;
    if (event.data?.aratohu === "close") hide();
    if (event.data?.aratohu === "leave") location.replace(`${home}/exit`);
  });
})();
