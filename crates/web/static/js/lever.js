// The lever of a backtest: while it is dragged, the page is asked for the same state at the new
// threshold, and what it says is put in place. One question at a time; the last one counts.
{
  let asks = false;
  let wanted = null;

  function place(page) {
    const here = document.querySelector("[data-backtest]");
    const there = page?.querySelector("[data-backtest]");
    if (!here || !there) return;
    const range = here.querySelector("[data-lever] .range");
    const other = there.querySelector("[data-lever] .range");
    // The control that is held stays; the scale under it does too.
    if (range && other) {
      other.replaceWith(range);
    }
    const held = document.activeElement === range;
    here.replaceChildren(...there.childNodes);
    if (held) range.focus();
    document.title = page.title;
  }

  async function ask() {
    if (asks) return;
    asks = true;
    while (wanted) {
      const address = wanted;
      wanted = null;
      try {
        const { page, ok, at } = await pageAt(address);
        if (ok && !wanted) {
          place(page);
          history.replaceState(history.state, "", at);
        }
      } catch {
        states.offline();
      }
    }
    asks = false;
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("[data-lever]");
    if (!form) return;
    const said = new URLSearchParams(new FormData(form));
    wanted = `${form.getAttribute("action")}?${said}`;
    ask();
  });
}
