// Builds the .env and JSON downloads in the browser from what the page shows; nothing travels back.
const shown = () => [...document.querySelectorAll("[data-env]")].map((value) => [value.dataset.env, value.textContent]);
const formats = {
  env: { type: "text/plain", text: (pairs) => pairs.map(([name, value]) => `${name}=${value}\n`).join("") },
  json: {
    type: "application/json",
    text: (pairs) => `${JSON.stringify(Object.fromEntries(pairs.map(([name, value]) => [name.replace(/^GATEHOUSE_/, "").toLowerCase(), value])), null, 2)}\n`,
  },
};
const save = (button) => {
  const { type, text } = formats[button.dataset.download];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text(shown())], { type }));
  link.download = button.dataset.file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};
for (const button of document.querySelectorAll("[data-download]")) {
  button.hidden = false;
  button.addEventListener("click", () => save(button));
}
for (const lines of document.querySelectorAll("[data-lines]")) lines.hidden = true;
