// Passkeys: the browser's ceremony, its answer into the form. Buttons are served hidden and shown where this can run.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const words = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

async function make(options, alone) {
  const asked = { ...options, challenge: bytes(options.challenge), excludeCredentials: known(options.excludeCredentials) };
  asked.user = { ...options.user, id: bytes(options.user.id) };
  asked.authenticatorSelection = {
    ...options.authenticatorSelection,
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    ...(alone ? { userVerification: "required" } : {}),
  };
  const made = await navigator.credentials.create({ publicKey: asked });
  return answer(made, { attestationObject: words(made.response.attestationObject), transports: made.response.getTransports?.() || [] });
}

async function show(options) {
  const asked = { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials) };
  const shown = await navigator.credentials.get({ publicKey: asked });
  const { authenticatorData, signature, userHandle } = shown.response;
  return answer(shown, {
    authenticatorData: words(authenticatorData),
    signature: words(signature),
    userHandle: userHandle ? words(userHandle) : null,
  });
}

const answer = (credential, response) => ({
  id: credential.id,
  rawId: words(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: credential.getClientExtensionResults(),
  response: { clientDataJSON: words(credential.response.clientDataJSON), ...response },
});

async function options(form) {
  const written = document.getElementById("passkey-options");
  if (written) return JSON.parse(written.textContent);
  const asked = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!asked.ok) throw new Error(`${asked.status}`);
  return asked.json();
}

async function start(form) {
  const told = await options(form);
  const credential = form.dataset.passkey === "add"
    ? await make(told.creation_options.publicKey, form.elements.passwordless.checked)
    : await show(told.request_options.publicKey);
  form.elements.credential.value = JSON.stringify(credential);
  form.submit();
}

if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("[data-passkey-start]")) {
    const problem = document.querySelector("[data-passkey-problem]");
    button.hidden = false;
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      problem.hidden = true;
      button.disabled = true;
      try {
        await start(button.form);
      } catch (error) {
        problem.hidden = false;
      }
      button.disabled = false;
    });
  }
  for (const shown of document.querySelectorAll("[data-passkey-shown]")) shown.hidden = false;
  for (const gone of document.querySelectorAll("[data-passkey-gone]")) gone.hidden = true;
}
