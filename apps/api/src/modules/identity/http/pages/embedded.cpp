// Made by script/embed. Do not edit.
#include "modules/identity/http/pages/embedded.hpp"

namespace gatehouse::http::pages {

// clang-format off
const std::string_view kPageHtml =
R"embedded(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{{title}} · {{brand}}</title>
<style>{{{style}}}</style>
</head>
<body>
<main data-kind="{{kind}}" data-base="{{base}}" data-action="{{action}}" data-done="{{done}}">
<p class="brand">{{brand}}</p>
<h1 tabindex="-1">{{title}}</h1>
<p id="lead">{{lead}}</p>
<noscript><p class="notice bad">This page needs JavaScript: the key in your link never leaves your browser before you press the button, and only a script can send it.</p></noscript>
<div id="status" role="status" aria-live="polite"></div>
{{#providers}}
<nav class="providers" aria-label="Sign in with a provider">
{{{providers}}}
</nav>
{{/providers}}
<form hidden novalidate>
{{#asks_email}}
<label for="email">Email</label>
<input id="email" name="email" type="email" autocomplete="username" autocapitalize="none" spellcheck="false" required>
{{/asks_email}}
{{#asks_name}}
<label for="name">Your name <span class="soft">(may be left out)</span></label>
<input id="name" name="name" type="text" autocomplete="name" maxlength="200">
{{/asks_name}}
{{#asks_password}}
<label for="password">{{password_label}}</label>
<input id="password" name="password" type="password" autocomplete="{{password_autocomplete}}" required{{#min_length}} aria-describedby="password-hint"{{/min_length}}>
<label class="check"><input id="reveal" type="checkbox"> Show the password</label>
{{#min_length}}
<p id="password-hint" class="soft">At least {{min_length}} characters. Any characters will do; length matters most.</p>
{{/min_length}}
{{/asks_password}}
{{#asks_code}}
<fieldset id="second-factor" hidden>
<legend>Second factor</legend>
<label for="method">Kind of code</label>
<select id="method" name="method">
<option value="totp">From my authenticator app</option>
<option value="backup_code">One of my backup codes</option>
<option value="emailed_code">From the mail you sent me</option>
</select>
<label for="code">Code</label>
<input id="code" name="code" type="text" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="32">
</fieldset>
{{/asks_code}}
<button type="submit">{{button}}</button>
</form>
</main>
<script>{{{script}}}</script>
</body>
</html>
)embedded"
;

const std::string_view kPageCss =
R"embedded(:root { color-scheme: light dark; --page: #f3f4f6; --card: #ffffff; --ink: #16191d; --soft: #59626e; --line: #d5dae1; --accent: #1f4fd8; --on-accent: #ffffff; --good: #e5f4ea; --bad: #fdeaea; }
@media (prefers-color-scheme: dark) { :root { --page: #0f1216; --card: #191d23; --ink: #edf0f4; --soft: #a8b1bd; --line: #39424d; --accent: #8fb1ff; --on-accent: #0b1530; --good: #14301f; --bad: #3a1b1d; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 5vh 16px 32px; background: var(--page); color: var(--ink); font: 17px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; overflow-wrap: anywhere; }
main { max-width: 30rem; margin: 0 auto; padding: clamp(20px, 6vw, 40px); background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
.brand { margin: 0 0 1.5rem; font-weight: 700; color: var(--soft); }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; outline: none; }
label, legend { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
fieldset { margin: 0; padding: 0; border: 0; }
legend { padding: 0; }
input[type=text], input[type=email], input[type=password], select { width: 100%; min-height: 46px; padding: 8px 12px; font: inherit; color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: 8px; }
select option { color: #16191d; background: #ffffff; }
.check { display: flex; gap: .5rem; align-items: center; font-weight: 400; }
.check input { width: 20px; height: 20px; margin: 0; }
.soft { color: var(--soft); font-weight: 400; }
button { width: 100%; min-height: 48px; margin-top: 1.5rem; padding: 10px 16px; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 0; border-radius: 8px; cursor: pointer; }
button[disabled] { opacity: .6; cursor: default; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.providers a { display: block; min-height: 48px; margin-top: .75rem; padding: 11px 16px; color: inherit; font-weight: 600; text-align: center; text-decoration: none; border: 1px solid var(--soft); border-radius: 8px; }
.notice { margin: 1rem 0 0; padding: 12px 16px; border-radius: 8px; }
.good { background: var(--good); }
.bad { background: var(--bad); }
.notice ul { margin: .5rem 0 0; padding-left: 1.25rem; }
)embedded"
;

const std::string_view kPageJs =
R"embedded((() => {
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
)embedded"
;

// clang-format on

}  // namespace gatehouse::http::pages
