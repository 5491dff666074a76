// Choices of people that a page of a big firm has left out: they come once somebody goes near.
{
  const NEAR = ["pointerenter", "focusin"];

  async function fill(select) {
    const address = select.dataset.offers;
    if (!address) return;
    select.dataset.offers = "";
    try {
      const { page, ok } = await pageAt(address);
      if (!ok) throw new Error(address);
      const known = new Set([...select.options].map((option) => option.value));
      const offered = [...page.querySelectorAll("option")];
      select.append(...offered.filter((option) => !known.has(option.value)));
    } catch {
      select.dataset.offers = address;
      states.offline();
    }
  }

  for (const select of document.querySelectorAll("select[data-offers]")) {
    for (const near of NEAR) select.form.addEventListener(near, () => fill(select));
  }
}
