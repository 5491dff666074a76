// Rows that are ticked, one by one or all on the page, and panels that a control opened.
{
  const ticks = () => [...document.querySelectorAll("[data-row] .pick")];

  document.addEventListener("change", (event) => {
    const all = document.querySelector("[data-all]");
    if (!all) return;
    if (event.target === all) for (const tick of ticks()) tick.checked = all.checked;
    else if (event.target.matches(".pick")) all.checked = ticks().every((tick) => tick.checked);
  });

  document.addEventListener("click", (event) => closePanels(event.target));
}
