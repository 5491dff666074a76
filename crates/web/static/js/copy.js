// What somebody takes along gets a button that copies it, where the browser lets a page do that.
if (navigator.clipboard) {
  for (const text of document.querySelectorAll("[data-copy]")) {
    const said = made("span", { role: "status", class: "meta" });
    const button = made("button", { type: "button", class: "b" }, "Copy");
    button.addEventListener("click", async () => {
      const done = navigator.clipboard.writeText(text.textContent.trim());
      said.textContent = await done.then(() => "Copied.", () => "The browser did not copy it: mark it and copy it by hand.");
    });
    text.after(made("p", { class: "acts pt" }, button, said));
  }
}
