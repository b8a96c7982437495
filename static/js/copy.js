// Shows the copy buttons and lets them copy the value that `data-copy` names; where that is refused, selects it.
const said = document.querySelector("[data-copy-said]");

const select = (value) => {
  const range = document.createRange();
  range.selectNodeContents(value);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
};
const copy = async (button) => {
  const value = document.getElementById(button.dataset.copy);
  const word = button.querySelector("[data-copy-word]");
  let key = "copied";
  try {
    await navigator.clipboard.writeText(value.textContent);
  } catch { // no permission, or neither https nor localhost
    select(value);
    key = "selected";
  }
  const before = (button.copyBefore ??= word.textContent);
  word.textContent = said.dataset[`${key}Word`];
  said.textContent = `${button.dataset.copyLabel}: ${said.dataset[key]}`;
  clearTimeout(button.copyTimer);
  button.copyTimer = setTimeout(() => { word.textContent = before; said.textContent = ""; }, 4000);
};
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
