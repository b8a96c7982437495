// The webhook form, more comfortable: groups of events, more header rows in place, values hidden while typing.
for (const group of document.querySelectorAll("[data-event-group]")) {
  const all = group.querySelector("[data-event-all]");
  const each = [...group.querySelectorAll("[name=events]")];
  const count = group.querySelector("[data-event-count]");
  const show = () => {
    const ticked = each.filter((box) => box.checked).length;
    all.checked = ticked === each.length;
    all.indeterminate = ticked > 0 && ticked < each.length;
    count.textContent = ticked ? `${ticked} / ${each.length}` : "";
  };
  all.addEventListener("change", () => { each.forEach((box) => { box.checked = all.checked; }); show(); });
  group.addEventListener("change", (event) => { if (event.target !== all) show(); });
  show();
}

const rows = document.querySelector("[data-headers]");
const MOST = 40;
// What is in <noscript> is none of them here.
const present = () => [...rows.querySelectorAll("[data-header-row]")];

const renumbered = (row, place) => {
  for (const part of row.querySelectorAll("[id], [for], [name]")) {
    for (const attribute of ["id", "for", "name"]) {
      const value = part.getAttribute(attribute);
      if (value) part.setAttribute(attribute, value.replace(/^header-\d+-/, `header-${place}-`));
    }
  }
};
const emptied = (row) => {
  for (const control of row.querySelectorAll("input")) {
    if (control.type === "checkbox") control.checked = false;
    else { control.value = ""; control.type = "text"; control.removeAttribute("placeholder"); }
    control.classList.remove("is-invalid");
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }
  row.querySelector(".invalid-feedback")?.remove();
};
document.querySelector("[data-more-headers]")?.addEventListener("click", (event) => {
  const place = present().length;
  const last = present()[place - 1];
  if (!last || place >= MOST) return;
  event.preventDefault();
  const row = last.cloneNode(true);
  renumbered(row, place);
  emptied(row);
  for (const said of row.querySelectorAll(".visually-hidden")) {
    said.textContent = said.textContent.replace(/\d+/, String(place + 1));
  }
  last.after(row);
  row.querySelector("input").focus();
});
// "Hide value": what is typed is hidden at once; switched off, the value is gone, as it is on the server.
rows?.addEventListener("change", (event) => {
  if (event.target.type !== "checkbox") return;
  const value = event.target.closest("[data-header-row]").querySelector("[name$=-value]");
  if (!event.target.checked) value.value = "";
  value.removeAttribute("placeholder");
  value.type = event.target.checked ? "password" : "text";
  value.autocomplete = event.target.checked ? "new-password" : "off";
});
