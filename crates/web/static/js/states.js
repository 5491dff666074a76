// Slow and offline: what a page says when an answer is late, or when nobody can be reached.
const states = (() => {
  /** After so long a line shows that the page is on its way, and then words do. */
  const LINE_MS = 1000;
  const WORDS_MS = 5000;
  const opened = new Date();
  let seen = opened;
  let waits = [];
  let notice = null;

  const clock = (at) => `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;

  /** Says one thing at the foot of the page, or, with nothing to say, no more. */
  function say(words, ...more) {
    if (notice?.firstChild?.textContent === words) return;
    if (!words) return notice?.replaceChildren(), notice?.remove();
    notice ??= made("p", { class: "notice", role: "status" });
    document.body.append(notice);
    notice.replaceChildren(words, ...more);
  }

  function offline() {
    say(`Lockstep cannot be reached; what you see is from ${clock(seen)} by the clock of this device.`);
  }

  function online(isFresh) {
    if (isFresh) seen = new Date();
    say("");
  }

  /** The session has ended. What stands on the page stays, and so does what is typed into it. */
  function signedOut(words, door) {
    const link = made("a", { href: door, target: "_blank", rel: "noopener" }, "Sign in in another tab");
    say(words, " ", link, ", then go on here.");
  }

  function settled() {
    waits.forEach(clearTimeout);
    waits = [];
    delete root.dataset.slow;
  }

  function leaves() {
    settled();
    waits = [
      setTimeout(() => { root.dataset.slow = ""; }, LINE_MS),
      setTimeout(() => say("The next page takes longer than usual. You can wait, or go on here."), WORDS_MS),
    ];
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const other = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link || other || event.defaultPrevented || link.hasAttribute("download") || link.target) return;
    const there = new URL(link.href);
    const here = there.pathname === location.pathname && there.search === location.search && there.hash;
    if (there.origin === location.origin && !here) leaves();
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && event.target.method !== "dialog") leaves();
  });
  window.addEventListener("pageshow", settled);
  window.addEventListener("pagehide", settled);
  window.addEventListener("offline", offline);
  window.addEventListener("online", () => online(false));
  return { offline, online, signedOut };
})();
