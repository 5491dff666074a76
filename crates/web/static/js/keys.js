// Keys. Those of one letter can be turned off (WCAG 2.1.4): the server then writes data-keys="off".
{
  /** How long a G waits for its letter. */
  const WAITS_MS = 1500;
  let goes = 0;

  const rows = () => [...document.querySelectorAll("[data-row]")];
  const rowHere = () => document.activeElement?.closest("[data-row]");

  function step(by) {
    const all = rows();
    if (all.length === 0) return;
    const here = all.indexOf(rowHere());
    const next = here < 0 ? (by > 0 ? 0 : all.length - 1) : here + by;
    const row = all[Math.min(Math.max(next, 0), all.length - 1)];
    row.querySelector("a, button")?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  /** A form is edited from its first field, anything else by what a click does. */
  function edit(what) {
    const field = what?.matches("form") && what.querySelector("input:not([type=hidden]), select, textarea");
    if (field) return field.focus();
    what?.click();
    if (what?.matches("summary")) what.parentElement.querySelector("a, input:not([type=hidden])")?.focus();
  }

  async function sheet() {
    if (document.querySelector("dialog:modal")) return;
    const answer = await pageAt("/keys").catch(() => ({}));
    const inside = answer.page?.getElementById("sheet");
    if (!inside) return location.assign("/keys");
    const close = made("button", { type: "button", class: "b" }, "Close");
    const dialog = made("dialog", { class: "palette keys-open", "aria-label": "Keys" }, document.adoptNode(inside), close);
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  const acts = {
    a: () => document.querySelector("main [data-first]")?.click(),
    j: () => step(1),
    k: () => step(-1),
    g: () => { goes = Date.now(); },
    x: () => rowHere()?.querySelector("input[type=checkbox]")?.click(),
    e: () => edit(rowHere()?.querySelector("[data-edit], .ed") ?? document.querySelector("main [data-edit]")),
    "[": () => document.querySelector("a[rel=prev]")?.click(),
    "]": () => document.querySelector("a[rel=next]")?.click(),
    "?": sheet,
    "/": () => {
      const filter = document.querySelector("[data-filter]");
      if (filter) filter.focus();
      else palette.open();
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const letter = event.key.toLowerCase();
    if (letter === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      palette.open();
      return;
    }
    const held = event.ctrlKey || event.metaKey || event.altKey;
    if (held && !event.getModifierState("AltGraph")) return;
    if (document.querySelector("dialog:modal")) return;
    if (event.key === "Escape") {
      if (closePanels(null)) return;
      if (!document.querySelector(":popover-open")) document.querySelector("[data-close]")?.click();
      return;
    }
    if (root.dataset.keys === "off" || isWriting(event.target)) return;
    const isGoing = Date.now() - goes < WAITS_MS;
    goes = 0;
    const there = isGoing && document.querySelector(`.nav [data-key="${CSS.escape(event.key.toUpperCase())}"]`);
    const act = there ? () => there.click() : acts[letter];
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.querySelector("[data-sheet]")?.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    document.querySelector(":popover-open")?.hidePopover();
    sheet();
  });
}
