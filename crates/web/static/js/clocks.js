// Clocks that run count on where they stand, in working time: only in the stretches that the server
// says lie ahead. No row moves by it and nothing is announced; a fresh page says the same words.
{
  const TICKS_EVERY_MS = 1000;
  /** So old a page that was fetched early may be when it is opened. */
  const AGE_MAX_MS = 600000;
  const begun = new WeakMap();
  /** Only of a page that was fetched early the time of this device says how old it is. */
  let isEarly = performance.getEntriesByType("navigation")[0]?.deliveryType === "navigational-prefetch";

  /** Working time in words, as `show::time::working` has it. */
  function working(seconds) {
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    if (minutes === 0 && seconds > 0) return "under a minute";
    if (hours === 0) return `${minutes}\u00a0min`;
    const grouped = hours.toLocaleString("en-GB");
    return hours >= 200 ? `${grouped}\u00a0h` : `${grouped}\u00a0h\u00a0${String(minutes % 60).padStart(2, "0")}`;
  }

  /** What the server says of a clock, and by how much this device's time is another than the server's. */
  function read(status) {
    const known = begun.get(status);
    if (known) return known;
    const [at, left, risk, ahead] = status.dataset.clock.split(" ");
    const age = Date.now() - at * 1000;
    const clock = {
      at: at * 1000,
      left: left * 1000,
      risk: risk * 1000,
      ahead: ahead.split(",").filter(Boolean).map((stretch) => stretch.split("-").map((end) => end * 1000)),
      apart: isEarly && age >= 0 && age <= AGE_MAX_MS ? 0 : age,
    };
    begun.set(status, clock);
    return clock;
  }

  /** What is left of it now, in milliseconds; less than nothing once it is late. */
  function leftOf(clock) {
    const now = Date.now() - clock.apart;
    const passed = clock.ahead.map(([from, to]) => Math.max(0, Math.min(now, to) - Math.max(clock.at, from)));
    return clock.left - passed.reduce((sum, part) => sum + part, 0);
  }

  function say(status, kind, word, time) {
    const [glyph, words] = status.children;
    const [before, door] = words.childNodes;
    if (before.data === `${word}, ` && door.textContent === time) return;
    status.className = `st ${kind}`;
    glyph.querySelector("use").setAttribute("href", `#g-${kind}`);
    before.data = `${word}, `;
    door.textContent = time;
  }

  function tick() {
    for (const status of document.querySelectorAll(".st[data-clock]")) {
      const clock = read(status);
      const left = leftOf(clock);
      const seconds = Math.floor(Math.abs(left) / 1000);
      if (left < 0) say(status, "late", "late", working(seconds));
      else if (left <= clock.risk) say(status, "soon", "due soon", `${working(seconds)}\u00a0left`);
      else say(status, "on", "on time", `${working(seconds)}\u00a0left`);
    }
  }

  tick();
  isEarly = false;
  setInterval(() => document.hidden || tick(), TICKS_EVERY_MS);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
}
