(() => {
  "use strict";
  const main = document.querySelector("main");
  const title = main.querySelector("h1");
  const lead = document.getElementById("lead");
  const form = main.querySelector("form");
  const button = form.querySelector("button");
  const status = document.getElementById("status");
  const factor = document.getElementById("second-factor");
  const { kind, base, action, done } = main.dataset;
  const field = (name) => form.elements.namedItem(name);

  // What the link carried stays in this closure, and out of the address bar, the history and every log.
  let token = "";
  let challenge = "";
  let methods = null;
  let refusal = "";
  const takeFragment = () => {
    const carried = new URLSearchParams(location.hash.slice(1));
    token = carried.get("token") || "";
    challenge = carried.get("challenge") || "";
    methods = carried.has("methods") ? carried.get("methods").split(",") : null;
    if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  };

  const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });

  const show = (tone, text, details = []) => {
    const notice = element("div", "");
    notice.className = "notice " + tone;
    notice.append(element("span", text));
    if (details.length > 0) {
      const list = document.createElement("ul");
      list.append(...details.map((detail) => element("li", detail)));
      notice.append(list);
    }
    status.replaceChildren(notice);
  };

  const providers = main.querySelector(".providers");

  const finish = (text) => {
    form.hidden = true;
    if (providers) providers.hidden = true;
    lead.hidden = true;
    show("good", text);
    title.focus();
  };

  const askForCode = (methods) => {
    factor.hidden = false;
    for (const option of field("method").options) option.hidden = option.disabled = methods && !methods.includes(option.value);
    const first = [...field("method").options].find((option) => !option.disabled);
    if (first) field("method").value = first.value;
    field("code").focus();
  };

  const explain = (problem, response) => {
    refusal = problem.code || "";
    const details = (problem.errors || []).map((error) => error.detail);
    if (problem.errors && problem.errors.some((error) => error.field === "code")) {
      askForCode(["totp", "backup_code"]);
      return show("bad", "For now, a code of your second factor is needed as well.");
    }
    const wait = Number(response.headers.get("Retry-After"));
    const after = response.status === 429 && wait > 0 ? ` Try again in ${wait < 90 ? `${wait} seconds` : `${Math.ceil(wait / 60)} minutes`}.` : "";
    const said = details.includes(problem.detail) ? "" : problem.detail || "";
    show("bad", `${problem.title || "That did not work"}. ${said}${after}`.trim(), details);
  };

  const send = async (path, body) => {
    button.disabled = true;
    refusal = "";
    status.replaceChildren();
    try {
      const response = await fetch(base + path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        cache: "no-store",
        credentials: "same-origin",
        redirect: "error",
      });
      const text = await response.text();
      const answer = text ? JSON.parse(text) : {};
      if (response.ok) return answer;
      explain(answer, response);
    } catch {
      show("bad", "The service cannot be reached just now. Try again in a moment.");
    } finally {
      button.disabled = false;
    }
    return null;
  };

  const code = () => (factor && !factor.hidden ? { method: field("method").value, code: field("code").value } : {});

  const spendToken = async () => {
    const body = { token };
    if (field("password")) body.password = field("password").value;
    if (field("name") && field("name").value.trim()) body.name = field("name").value.trim();
    if (await send(action, Object.assign(body, code()))) finish(done);
  };

  const answerChallenge = async () => {
    if (await send(`/v1/mfa/challenges/${encodeURIComponent(challenge)}/verify`, code())) return finish(done);
    if (kind !== "sign-in" || refusal !== "challenge_expired") return;
    challenge = "";
    factor.hidden = true;
    for (const name of ["email", "password"]) field(name).readOnly = false;
  };

  // Back from a provider, with a challenge, an error or a session; or here for the first time.
  const arrive = async () => {
    const failed = new URLSearchParams(location.search).has("error");
    if (challenge) {
      askForCode(methods);
      for (const name of ["email", "password"]) field(name).required = false;
      return show("good", "Now a code of your second factor.");
    }
    if (failed) return explainError();
    try {
      const response = await fetch(base + "/v1/session", { credentials: "same-origin", cache: "no-store" });
      if (response.ok && !form.hidden) show("good", `You are signed in as ${(await response.json()).email}.`);
    } catch {
      // Whoever is not signed in signs in below.
    }
  };

  const signIn = async () => {
    if (challenge) return answerChallenge();
    const answer = await send(action, { email: field("email").value, password: field("password").value, client_id: "pages" });
    if (!answer) return;
    if (answer.status === "signed_in") return finish(done);
    if (answer.status === "mfa_required") {
      challenge = answer.challenge.id;
      for (const name of ["email", "password"]) field(name).readOnly = true;
      askForCode(answer.challenge.methods);
      return show("good", "Now a code of your second factor.");
    }
    show("bad", "This account needs a second factor before it can be used. Set one up where you usually sign in.");
  };

  const explainError = async () => {
    const named = new URLSearchParams(location.search).get("error") || "";
    history.replaceState(null, "", location.pathname);
    if (!/^[a-z0-9_]{1,64}$/.test(named)) return;
    try {
      const response = await fetch(`${base}/v1/errors/${named}`, { credentials: "omit" });
      if (!response.ok) return;
      const error = await response.json();
      show("bad", `${error.title}. ${error.mend}`);
    } catch {
      // The page's own words remain.
    }
  };

  const begin = () => {
    status.replaceChildren();
    lead.hidden = false;
    takeFragment();
    if (kind === "error") return explainError();
    if ((kind === "token" && !token) || (kind === "challenge" && !challenge)) {
      form.hidden = true;
      return show("bad", "There is no key in the address. Open the link of the newest mail once more.");
    }
    form.hidden = false;
    if (kind === "challenge") askForCode(methods);
    if (kind === "sign-in") arrive();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button.disabled) return;
    const empty = [...form.querySelectorAll("input[required]")].find((input) => !input.value);
    if (empty) {
      show("bad", "Fill in every field first.");
      return empty.focus();
    }
    ({ token: spendToken, challenge: answerChallenge, "sign-in": signIn })[kind]();
  });
  const reveal = document.getElementById("reveal");
  if (reveal) reveal.addEventListener("change", () => { field("password").type = reveal.checked ? "text" : "password"; });
  window.addEventListener("hashchange", begin);
  begin();
})();
