// What tests ask of a page. Put into it beside axe-core.
window.looks = {
  // The rules of axe-core that are broken, each with the first places.
  async broken(tags) {
    const only = { type: "tag", values: tags };
    const found = await axe.run(document, { runOnly: only, resultTypes: ["violations"], iframes: false });
    const place = (node) => `${node.target.join(" ")} ${node.any[0]?.message || node.all[0]?.message || ""}`;
    return found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map(place).join(" | ")}`);
  },

  // What can be used and can't be focused, or does not show that it is.
  focus() {
    const parts = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "backgroundColor", "borderColor", "borderWidth"];
    const read = (element, part) => {
      const style = getComputedStyle(element, part);
      return parts.map((name) => style[name]).join();
    };
    const before = document.activeElement;
    const bad = [];
    const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")];
    for (const element of all) {
      if (element.disabled || !element.checkVisibility({ visibilityProperty: true })) continue;
      element.blur();
      // GOV.UK Frontend draws boxes and circles beside the real ones.
      const drawn = element.matches(".govuk-radios__input, .govuk-checkboxes__input");
      const shown = drawn ? element.nextElementSibling : element;
      const part = drawn ? "::before" : null;
      const plain = read(shown, part);
      element.focus({ preventScroll: true, focusVisible: true });
      if (document.activeElement !== element) bad.push(`can't be focused: ${element.outerHTML.slice(0, 90)}`);
      else if (read(shown, part) === plain) bad.push(`focus is not seen: ${element.outerHTML.slice(0, 90)}`);
    }
    before?.focus?.({ preventScroll: true });
    return bad;
  },

  // What has focus: whether it fits a selector, and whether it can be seen.
  at(selector) {
    const at = document.activeElement;
    const box = at.getBoundingClientRect();
    return { fits: at.matches(selector), seen: box.bottom > 0 && box.top < innerHeight, what: at.outerHTML.slice(0, 80) };
  },

  // From now on, what the live region says; and how many live regions stand in the log, where none may.
  listen() {
    const spoken = document.getElementById("spoken");
    window.heard = [];
    const hear = () => { if (spoken.textContent) window.heard.push(spoken.textContent); };
    new MutationObserver(hear).observe(spoken, { childList: true, characterData: true, subtree: true });
    return document.querySelectorAll("#log [aria-live], #log [role=status], #log [role=alert], #log[aria-live], #log[role=log]").length;
  },

  // Text spacing as WCAG 1.4.12 has it; gives what is cut off by it.
  spaced() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
      p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets = [sheet];
    const isCut = (one) => one.childElementCount === 0 && one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1
      && ["hidden", "clip"].includes(getComputedStyle(one).overflowX) && !one.closest(".govuk-visually-hidden");
    return [...document.querySelectorAll("main *")].filter(isCut).map((one) => one.outerHTML.slice(0, 90));
  },
};
0;
