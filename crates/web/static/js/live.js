// What goes on while a page is open. The server tells that there are new facts; the page asks for
// itself anew and takes over what lives. No row moves unless somebody says so: values change where
// they stand, and other rows are offered in a line.
{
  /** Values age by the minute even when nothing happens: clocks run in working time. */
  const ASKS_EVERY_MS = 60000;
  /** A page on which something goes on says after how many seconds it asks anew. */
  const again = Number(root.dataset.again) * 1000;
  /** Many facts at once are one reason to ask. */
  const GATHERS_MS = 400;
  const parts = () => [...document.querySelectorAll("[data-live]")];
  const rowsOf = (part) => [...part.querySelectorAll(":scope > [data-row]")];
  const keyOf = (row) => row.querySelector("a[href]")?.getAttribute("href") ?? row.textContent;
  const isHeld = (element) => element.contains(document.activeElement) || element.matches(":hover");
  const news = new Map();
  let source = null;
  let head = null;
  let timer = null;
  let every = null;
  let isBroken = false;

  /** Takes over a row's values, but nothing that somebody is in. */
  function refill(row, fresh) {
    const cells = [...row.children];
    const values = [...fresh.children];
    if (cells.length !== values.length) return;
    cells.forEach((cell, place) => {
      const isKept = cell.contains(document.activeElement) || cell.querySelector("input, [data-edit]");
      if (!isKept && !cell.isEqualNode(values[place])) {
        cell.replaceChildren(...document.adoptNode(values[place]).childNodes);
      }
    });
  }

  function offer(part, fresh, words) {
    let line = news.get(part);
    if (!line?.isConnected) {
      const isSecond = document.querySelector(".news") !== null;
      line = made("div", { class: isSecond ? "news lower" : "news", role: "status" });
      news.set(part, line);
      (part.closest("table") ?? part).before(line);
    }
    const button = made("button", { type: "button" }, `${words} · `, made("b", {}, "show"));
    button.addEventListener("click", () => {
      part.replaceChildren(...fresh.childNodes);
      line.remove();
      part.querySelector("[data-row] a")?.focus();
    });
    if (line.textContent !== button.textContent || !line.contains(document.activeElement)) line.replaceChildren(button);
  }

  function wordsFor(part, before, after) {
    const fresh = after.filter((key) => !before.includes(key)).length;
    if (fresh === 0) return before.length === after.length ? "The order has changed" : "Some rows are no longer here";
    return `${fresh} new ${fresh === 1 ? part.dataset.one : part.dataset.many}`;
  }

  function take(part, fresh) {
    const rows = rowsOf(part);
    const freshRows = rowsOf(fresh);
    if (rows.length === 0 && freshRows.length === 0) {
      const isKept = again ? part.contains(document.activeElement) : isHeld(part);
      if (!isKept && !part.isEqualNode(fresh)) part.replaceChildren(...document.adoptNode(fresh).childNodes);
      return;
    }
    const before = rows.map(keyOf);
    const after = freshRows.map(keyOf);
    const other = before.join("\n") !== after.join("\n");
    const whole = other ? document.importNode(fresh, true) : null;
    for (const row of rows) {
      const same = freshRows[after.indexOf(keyOf(row))];
      if (same) refill(row, same);
    }
    if (other) offer(part, whole, wordsFor(part, before, after));
    else news.get(part)?.remove();
  }

  async function ask() {
    clearTimeout(timer);
    timer = null;
    try {
      const { page, ok, isAway, at } = await pageAt(location.href);
      // A proxy answers for a server that is away.
      if (isAway) return states.offline();
      if (!ok || new URL(at).pathname !== location.pathname) return elsewhere(page, at);
      // What went on is over: another page stands here now.
      if (again && !page.documentElement.dataset.again) return location.reload();
      for (const part of parts()) {
        const fresh = page.querySelector(`[data-live="${CSS.escape(part.dataset.live)}"]`);
        if (fresh) take(part, fresh);
      }
      states.online(true);
      // What was answered with a refusal is not tried again by itself.
      if (source?.readyState === EventSource.CLOSED) anew();
    } catch {
      states.offline();
    }
  }

  /** The page is not here any more: somebody who is signed out is told so, and at what door to knock. */
  function elsewhere(page, at) {
    close();
    if (new URL(at).pathname !== "/sign-in") return;
    isBroken = true;
    states.signedOut(page.querySelector("[data-ended]")?.textContent ?? "You are signed out.", at);
  }

  function soon() {
    timer ??= setTimeout(ask, GATHERS_MS);
  }

  function close() {
    source?.close();
    source = null;
    clearInterval(every);
  }

  function open() {
    const lives = parts().length > 0;
    // What is typed into a form is lost where nobody says that the session has ended.
    if (source || document.hidden || !(lives || document.querySelector(".app main form[method=post]"))) return;
    if (lives) every = setInterval(soon, again || ASKS_EVERY_MS);
    source = new EventSource("/live");
    source.addEventListener("head", (event) => {
      // The first time it only says where the ledger ended when the page was opened.
      if (lives && head !== null && head !== event.data) soon();
      head = event.data;
    });
    source.addEventListener("ended", () => { close(); ask(); });
    // The line is broken: the page says so at once, or that all is well again.
    source.addEventListener("error", () => { isBroken = true; soon(); });
    source.addEventListener("open", () => { if (isBroken) soon(); isBroken = false; });
  }

  function anew() {
    close();
    open();
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  window.addEventListener("online", soon);
}
