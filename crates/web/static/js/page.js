// What a script adds to the pages. Every page works without it. The files are served as one, in the
// order of `static_files::SCRIPTS`; each is a block, so that only what stands here is shared.

const root = document.documentElement;
root.dataset.script = "";

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** Makes an element: its attributes, then what stands inside; text stays text. */
function made(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...inside);
  return element;
}

/** Whether somebody writes here, so that letters are letters. */
function isWriting(element) {
  const field = element.closest?.("input, select, textarea, [contenteditable]");
  return !!field && !["checkbox", "radio", "submit", "button"].includes(field.type);
}

/** A page of this site as a document; nothing in it runs. It fails as `fetch` fails. */
function pageAt(address) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.timeout = 20000;
    request.onload = () => done({ page: request.response, ok: request.status === 200, isAway: request.status >= 500, at: request.responseURL });
    request.onerror = request.ontimeout = () => failed(new Error("offline"));
    request.send();
  });
}

/** Closes the panels that controls opened, but not the one that holds `except`; whether any was. */
function closePanels(except) {
  const open = [...document.querySelectorAll("details.menu[open]")].filter((menu) => !menu.contains(except));
  for (const menu of open) {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  }
  return open.length > 0;
}
