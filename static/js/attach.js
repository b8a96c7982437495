// Attaching shows how far it is and can be stopped; a preview that is being made appears by itself.
// Without this file the form is sent like any other.
const parse = (text) => new DOMParser().parseFromString(text, "text/html");

const refuse = (form, words) => {
  const problem = form.querySelector("[data-problem]");
  problem.textContent = words;
  problem.hidden = !words;
  problem.classList.toggle("d-block", Boolean(words));
};
const unfit = (form, files) => {
  const { mostBytes, mostFiles, tooLarge, tooMany } = form.dataset;
  if (files.length > Number(mostFiles)) return tooMany;
  const large = files.find((file) => file.size > Number(mostBytes));
  return large ? `${large.name}: ${tooLarge}` : "";
};
const show = (form, percent) => {
  const box = form.querySelector("[data-sending-box]");
  box.hidden = percent === null;
  form.querySelector("button[type=submit]").disabled = percent !== null;
  if (percent === null) return;
  box.querySelector("progress").value = percent;
  box.querySelector("[data-said]").textContent =
    percent < 100 ? `${form.dataset.sending} ${percent} %` : form.dataset.working;
};
// The answer is a whole page: what it says stands where it would have stood.
const take = (request) => {
  const answer = parse(request.responseText);
  const main = answer.querySelector("main");
  if (!main) { location.reload(); return; }
  document.querySelector("main").replaceWith(main);
  if (request.status < 400) history.replaceState(null, "", request.responseURL);
  const told = main.querySelector(".gh-attached [role=alert][tabindex]") ?? main.querySelector("#attachments-h");
  told.tabIndex = -1;
  told.focus();
  told.scrollIntoView({ block: "nearest" });
  wait();
};
const send = (form) => {
  const request = new XMLHttpRequest();
  request.upload.onprogress = ({ loaded, total }) => show(form, Math.floor((100 * loaded) / total));
  request.onload = () => take(request);
  request.onerror = () => { show(form, null); refuse(form, form.dataset.failed); };
  request.onabort = () => show(form, null);
  form.querySelector("[data-stop]").onclick = () => request.abort();
  request.open("POST", form.action);
  request.send(new FormData(form));
  show(form, 0);
};
// Before once.js, which would disable the button for good.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-attach]")) return;
  event.preventDefault();
  const words = unfit(form, [...form.elements.files.files]);
  refuse(form, words);
  if (!words) send(form);
}, true);

// Seconds between looks; after the last one the page stays as it is.
const PAUSES = [1, 2, 3, 5, 8, 13];
let waiting;
const look = async (left) => {
  const list = document.querySelector("[data-photos]");
  if (!list || !list.querySelector("[data-waiting]")) return;
  try {
    const fresh = parse(await (await fetch(list.dataset.photos)).text()).querySelector("[data-photos]");
    if (fresh && !list.contains(document.activeElement)) list.replaceWith(fresh);
  } catch { /* the next look may do better */ }
  wait(left);
};
function wait(left = PAUSES) {
  clearTimeout(waiting);
  if (left.length && document.querySelector("[data-waiting]")) {
    waiting = setTimeout(() => look(left.slice(1)), left[0] * 1000);
  }
}
wait();
