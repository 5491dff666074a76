// The lever of a backtest: while it is dragged, the page is asked for the same state at the new
// threshold, and what it says is put in place. One question at a time; the last one counts.
{
  let asks = false;
  let wanted = null;

  /** Puts what the other page says in place of what this one says; the control that is held stays. */
  function place(page) {
    const parts = (where) => [...(where?.querySelectorAll("[data-backtest] [data-part]") ?? [])];
    const here = parts(document);
    const there = parts(page);
    if (here.length !== there.length) return location.reload();
    here.forEach((part, at) => part.replaceWith(there[at]));
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
        if (ok) {
          history.replaceState(history.state, "", at);
          place(page);
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
