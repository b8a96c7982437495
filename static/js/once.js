// A form that was sent disables its buttons, so that a double click sends it once.
const buttons = (form) => [...form.elements].filter((control) => control.type === "submit");

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  // Later, because a disabled button would not send its own name and value.
  setTimeout(() => buttons(event.target).forEach((button) => { button.disabled = true; }), 0);
});
// Coming back by the browser's own button finds the page as it was left.
addEventListener("pageshow", () => {
  for (const form of document.forms) {
    if (form.method === "post") buttons(form).forEach((button) => { button.disabled = false; });
  }
});
