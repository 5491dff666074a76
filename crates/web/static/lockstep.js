// What a keyboard and a quick change of theme add. Every page works without it.

const root = document.documentElement;
root.dataset.script = "";

// Theme: shown at once, kept by the server as the form would have done.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("action") !== "/theme" || !event.submitter) return;
  event.preventDefault();
  const chosen = event.submitter.value;
  if (chosen === "system") delete root.dataset.theme;
  else root.dataset.theme = chosen;
  for (const button of form.querySelectorAll("[name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === chosen));
  }
  const body = new URLSearchParams(new FormData(form, event.submitter));
  fetch("/theme", { method: "POST", body, redirect: "manual" }).catch(() => {});
});

// Keys. One-letter keys can be turned off (WCAG 2.1.4): the server then writes data-keys="off".
const typing = (element) =>
  element.isContentEditable || element.matches("input, select, textarea");

function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (rows.length === 0) return;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by;
  const row = rows[Math.min(Math.max(next, 0), rows.length - 1)];
  row.querySelector("a, button")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

// Rows are ticked one by one, or all on the page.
const ticks = () => [...document.querySelectorAll("[data-row] .pick")];
document.addEventListener("change", (event) => {
  const all = document.querySelector("[data-all]");
  if (!all) return;
  if (event.target === all) for (const tick of ticks()) tick.checked = all.checked;
  else if (event.target.matches(".pick")) all.checked = ticks().every((tick) => tick.checked);
});

const keys = {
  x: () => document.activeElement.closest("[data-row]")?.querySelector(".pick")?.click(),
  j: () => step(1),
  k: () => step(-1),
  "/": () => document.querySelector("[data-filter]")?.focus(),
};

// A panel that a control opened goes when something else is done.
const closePanels = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu.contains(except)) continue;
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  }
};
document.addEventListener("click", (event) => closePanels(event.target));

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    if (document.querySelector("details.menu[open]")) return closePanels(null);
    if (!document.querySelector(":popover-open")) document.querySelector("[data-close]")?.click();
    return;
  }
  if (root.dataset.keys === "off" || typing(event.target)) return;
  const act = keys[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
