// The palette: what can be gone to, done, or found, by its name. It stays where the keyboard is: the
// focus never leaves the field, and `aria-activedescendant` says which choice is meant.
const palette = (() => {
  const dialog = document.getElementById("palette");
  if (!dialog) return { open() {} };
  const field = dialog.querySelector("[role=combobox]");
  const list = dialog.querySelector("[role=listbox]");
  const told = dialog.querySelector("[role=status]");
  let choices = [];
  let here = -1;
  let asking = null;
  let answered = Promise.resolve();

  function mean(next) {
    choices[here]?.option.setAttribute("aria-selected", "false");
    here = choices.length === 0 ? -1 : (next + choices.length) % choices.length;
    const option = choices[here]?.option;
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  }

  function optionOf(item, place) {
    const option = made("div", { role: "option", id: `choice-${place}`, "aria-selected": "false" }, made("span", { class: "name" }, item.name));
    if (item.what) option.append(" ", made("span", { class: "dim" }, item.what));
    if (item.keys) option.append(" ", made("kbd", { "aria-hidden": "true" }, item.keys));
    option.addEventListener("click", () => take(item));
    option.addEventListener("pointermove", () => {
      if (choices[here]?.option !== option) mean(choices.findIndex((choice) => choice.option === option));
    });
    return option;
  }

  function show(groups) {
    choices = [];
    list.replaceChildren(...groups.map(({ title, items }) => {
      const options = items.map((item) => {
        const option = optionOf(item, choices.length);
        choices.push({ item, option });
        return option;
      });
      return made("div", { role: "group", "aria-label": title }, made("p", { class: "choices-h", role: "presentation" }, title), ...options);
    }));
    list.scrollTop = 0;
    here = -1;
    mean(0);
    const words = field.value.trim();
    told.textContent = choices.length === 0 ? `Nothing begins like “${words}”. Enter searches the pages.` : "";
  }

  function ask() {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    answered = fetch(`/palette?q=${encodeURIComponent(field.value.trim())}&here=${encodeURIComponent(location.pathname + location.search)}`, { signal })
      .then((answer) => {
        if (answer.redirected) location.reload();
        return answer.ok ? answer.json() : [];
      })
      .then(show)
      .catch(() => {
        if (!signal.aborted) told.textContent = "You are offline: nothing can be searched just now.";
      });
  }

  function take(item) {
    dialog.close();
    if (item.href) location.assign(item.href);
    const form = [...document.forms].find((form) => form.getAttribute("action") === item.form);
    const buttons = [...(form?.querySelectorAll("button") ?? [])];
    (item.value ? buttons.find((button) => button.value === item.value) : buttons[0])?.click();
  }

  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    // Whoever is faster than the answer means what the answer will say.
    answered.then(() => {
      if (choices[here]) take(choices[here].item);
      else if (field.value.trim()) location.assign(`/search?q=${encodeURIComponent(field.value.trim())}`);
    });
  });
  field.addEventListener("input", ask);
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.isComposing) return;
    event.preventDefault();
    mean(here + step);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  function open() {
    if (document.querySelector("dialog:modal")) return;
    field.value = "";
    dialog.showModal();
    field.focus();
    ask();
  }
  return { open };
})();

for (const link of document.querySelectorAll("[data-palette]")) {
  const hint = link.querySelector("kbd");
  if (hint && isMac) hint.textContent = "⌘ K";
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    palette.open();
  });
}
