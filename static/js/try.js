// Trying calls out on the API's page. The token is read from its field for each call and kept nowhere else.
const token = document.querySelector("#try-token");

const asked = (form) => {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const field of form.querySelectorAll("[data-place=path], [data-place=query]")) {
    if (field.dataset.place === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
    else if (field.value) query.set(field.name, field.value);
  }
  const headers = { Authorization: `Bearer ${token.value.trim()}` };
  const init = { method: form.dataset.method, headers, credentials: "omit", redirect: "manual", cache: "no-store" };
  const body = form.querySelector("[data-place=body]");
  if (body) Object.assign(init, { body: body.value, headers: { ...headers, "Content-Type": "application/json" } });
  return [query.size ? `${path}?${query}` : path, init];
};

const shown = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

// A header takes no other characters, and no credential of ours has any.
const usable = () => /^[\x21-\x7e]+$/.test(token.value.trim());

const send = async (form) => {
  form.dataset.busy = "";
  const place = form.querySelector("[data-answer]");
  const status = place.querySelector("[data-status]");
  place.hidden = false;
  status.textContent = "…";
  try {
    const began = performance.now();
    const answer = await fetch(...asked(form));
    const text = await answer.text();
    const left = answer.headers.get("RateLimit");
    status.textContent = [`${answer.status} ${answer.statusText}`, `${Math.round(performance.now() - began)} ms`, left]
      .filter(Boolean)
      .join(" · ");
    place.querySelector("pre").textContent = shown(text);
    place.querySelector("pre").hidden = !text;
  } catch {
    status.textContent = status.dataset.failed;
    place.querySelector("pre").hidden = true;
  }
  delete form.dataset.busy;
};

for (const one of document.querySelectorAll("[data-try]")) one.hidden = false;
for (const form of document.querySelectorAll(".gh-try")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    token.classList.toggle("is-invalid", !usable());
    if (!usable()) token.focus();
    else if (!("busy" in form.dataset)) send(form); // a second click is the same call
  });
}
