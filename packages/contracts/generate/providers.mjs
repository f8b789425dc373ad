// providers.yaml -> generated/provider_presets.hpp and docs/oauth/presets.md. The names of the presets also become the
// values of `preset` in the configuration and in the API description.
import { cell, generatedCpp, generatedMarkdown, literal, readYaml } from "./lib.mjs";

const kEndpoints = ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "emails_endpoint", "jwks_uri"];
const kMembers = ["title", "console", "docs", "issuer", "issuer_aliases", "discovery", ...kEndpoints, "emails_query", "scopes", "client_auth", "response_mode", "person", "claims", "auth_time", "fresh_login", "authorization", "headers"];
const kClaims = ["subject", "subject_type", "email", "email_verified", "email_verified_type", "name", "picture", "picture_url", "locale", "hosted_domain"];
const kChoices = {
  client_auth: ["client_secret_post", "client_secret_basic", "apple_jwt"],
  response_mode: ["query", "form_post"],
  person: ["id_token", "userinfo", "id_token_then_userinfo"],
};
const kClaimChoices = { subject_type: ["text", "integer"], email_verified_type: ["bool", "bool_or_text"] };

/** Throws what is wrong with a preset. */
export function check(name, preset) {
  const wrong = (what) => { throw new Error(`providers.yaml: ${name}: ${what}`); };
  if (!/^[a-z][a-z0-9_-]{0,63}$/.test(name)) wrong("is no name");
  for (const member of Object.keys(preset)) if (!kMembers.includes(member)) wrong(`${member} is not known`);
  for (const member of Object.keys(preset.claims ?? {})) if (!kClaims.includes(member)) wrong(`claims.${member} is not known`);
  for (const member of ["title", "docs", "scopes", "client_auth", "response_mode", "person", "claims", "fresh_login"]) if (preset[member] === undefined) wrong(`${member} is missing`);
  for (const member of ["discovery", "auth_time"]) if (typeof preset[member] !== "boolean") wrong(`${member} is true or false`);
  for (const [member, values] of Object.entries(kChoices)) if (!values.includes(preset[member])) wrong(`${member} is one of ${values.join(", ")}`);
  for (const [member, values] of Object.entries(kClaimChoices)) if (preset.claims[member] && !values.includes(preset.claims[member])) wrong(`claims.${member} is one of ${values.join(", ")}`);
  if (!preset.claims.subject) wrong("claims.subject is missing");
  for (const member of ["issuer", ...kEndpoints]) if (preset[member] && !/^https:\/\/[^\s?#]+$/.test(preset[member])) wrong(`${member} is no https address`);
  if (!preset.discovery) {
    for (const member of ["issuer", "authorization_endpoint", "token_endpoint", preset.person === "userinfo" ? "userinfo_endpoint" : "jwks_uri"])
      if (!preset[member]) wrong(`${member} is missing, and there is no discovery`);
  }
  if (preset.person === "userinfo" && (preset.auth_time || preset.client_auth === "apple_jwt")) wrong("auth_time and apple_jwt belong to providers of ID tokens");
  if (preset.client_auth === "apple_jwt" && !preset.issuer) wrong("issuer is missing: it is the audience of the client secret");
}

/** The presets in the file's order, each checked. */
export function presets() {
  const all = Object.entries(readYaml("providers.yaml"));
  for (const [name, preset] of all) check(name, preset);
  return all.map(([name, preset]) => ({ name, ...preset }));
}
export const presetNames = () => presets().map((preset) => preset.name);

const texts = (id, list) => (list?.length ? `inline constexpr std::string_view ${id}[] = {${list.map(literal).join(", ")}};` : "");
const pairs = (id, object) => {
  const entries = Object.entries(object ?? {});
  return entries.length ? `inline constexpr PresetPair ${id}[] = {${entries.map(([k, v]) => `{${literal(k)}, ${literal(String(v))}}`).join(", ")}};` : "";
};
const given = (list) => (list && (Array.isArray(list) ? list.length : Object.keys(list).length) ? true : false);
const text = (value) => literal(value ?? "");

function row(p) {
  const id = (what) => `detail::k_${p.name.replace(/-/g, "_")}_${what}`;
  const spanOf = (what, value) => (given(value) ? id(what) : "{}");
  const c = p.claims;
  return `    {.name = ${text(p.name)}, .title = ${text(p.title)}, .console = ${text(p.console)},
     .issuer = ${text(p.issuer)}, .issuer_aliases = ${spanOf("issuer_aliases", p.issuer_aliases)}, .discovery = ${p.discovery},
     ${kEndpoints.map((name) => `.${name} = ${text(p[name])}`).join(",\n     ")},
     .emails_query = ${text(p.emails_query)},
     .scopes = ${spanOf("scopes", p.scopes)}, .client_auth = ClientAuth::${p.client_auth}, .response_mode = ResponseMode::${p.response_mode}, .person = PersonSource::${p.person},
     .claims = {.subject = ${text(c.subject)}, .subject_type = SubjectType::${c.subject_type ?? "text"}_, .email = ${text(c.email)}, .email_verified = ${text(c.email_verified)}, .verified_may_be_text = ${c.email_verified_type === "bool_or_text"},
                .name = ${spanOf("name", c.name)}, .picture = ${text(c.picture)}, .picture_url = ${text(c.picture_url)}, .locale = ${text(c.locale)}, .hosted_domain = ${text(c.hosted_domain)}},
     .auth_time = ${p.auth_time}, .fresh_login = ${spanOf("fresh_login", p.fresh_login)}, .authorization = ${spanOf("authorization", p.authorization)}, .headers = ${spanOf("headers", p.headers)}},`;
}

function header(all) {
  const lists = all.flatMap((p) => {
    const id = (what) => `k_${p.name.replace(/-/g, "_")}_${what}`;
    return [texts(id("issuer_aliases"), p.issuer_aliases), texts(id("scopes"), p.scopes), texts(id("name"), p.claims.name), pairs(id("fresh_login"), p.fresh_login), pairs(id("authorization"), p.authorization), pairs(id("headers"), p.headers)];
  }).filter(Boolean);
  return `${generatedCpp("providers.yaml")}#pragma once
// What tells one sign-in provider from another; providers.yaml says what each member means. Read by the configuration's
// checks and by adapters/oauth, which know no provider by name.
#include <cstdint>
#include <span>
#include <string_view>

namespace gatehouse {

enum class ClientAuth : std::uint8_t { ${kChoices.client_auth.join(", ")} };
enum class ResponseMode : std::uint8_t { ${kChoices.response_mode.join(", ")} };
enum class PersonSource : std::uint8_t { ${kChoices.person.join(", ")} };
enum class SubjectType : std::uint8_t { ${kClaimChoices.subject_type.map((t) => `${t}_`).join(", ")} };

struct PresetPair {
  std::string_view name, value;
};

/// Members of the claims or of the user info; empty: there is none.
struct PresetClaims {
  std::string_view subject;
  SubjectType subject_type = SubjectType::text_;
  std::string_view email, email_verified;
  bool verified_may_be_text = false;
  std::span<const std::string_view> name;
  std::string_view picture, picture_url, locale, hosted_domain;
};

struct ProviderPreset {
  std::string_view name, title, console, issuer;
  std::span<const std::string_view> issuer_aliases;
  bool discovery = false;
  std::string_view ${kEndpoints.join(", ")}, emails_query;
  std::span<const std::string_view> scopes;
  ClientAuth client_auth = ClientAuth::client_secret_post;
  ResponseMode response_mode = ResponseMode::query;
  PersonSource person = PersonSource::id_token;
  PresetClaims claims;
  bool auth_time = false;
  std::span<const PresetPair> fresh_login, authorization, headers;
};

namespace detail {
${lists.join("\n")}
}  // namespace detail

inline constexpr ProviderPreset kProviderPresets[] = {
${all.map(row).join("\n")}
};

/// The preset of that name; nullptr when there is none.
constexpr const ProviderPreset* find_provider_preset(std::string_view name) {
  for (const ProviderPreset& preset : kProviderPresets) {
    if (preset.name == name) return &preset;
  }
  return nullptr;
}

}  // namespace gatehouse
`;
}

const kVerified = (p) => {
  if (p.emails_endpoint) return "the primary address of `emails_endpoint`, where it is `verified`";
  const where = { id_token: "of the ID token", userinfo: "of the user info", id_token_then_userinfo: "of the ID token, else of the user info" }[p.person];
  return `\`${p.claims.email_verified}\` ${where}${p.claims.email_verified_type === "bool_or_text" ? ", also as text" : ""}`;
};

function markdown(all) {
  const rows = all.map((p) => `| \`${p.name}\` | ${p.issuer ?? "as configured"}${p.issuer_aliases ? `, ${p.issuer_aliases.join(", ")}` : ""} | ${p.discovery ? "by discovery" : "fixed"} | \`${p.scopes.join(" ")}\` | \`${p.client_auth}\` | \`${p.response_mode}\` | ${cell(kVerified(p))} | ${p.auth_time ? "by `auth_time`" : "not proved"} |`);
  const reading = all.map((p) => `- ${p.title}: ${p.docs.join(", ")}`);
  return `${generatedMarkdown("providers.yaml")}
# Presets of sign-in providers

\`[oauth.providers.NAME] preset\` chooses one; its issuer, scopes and endpoints may be overridden. An ordinary provider is added in
[\`packages/contracts/providers.yaml\`](../../packages/contracts/providers.yaml) and nowhere else. Every request carries PKCE (S256) and \`state\`, and \`nonce\`
where there are ID tokens. With another \`issuer\`, endpoints that are not overridden come from its discovery document.

| preset | issuer | endpoints | scopes | client authentication | callback | a confirmed address is | fresh login |
|---|---|---|---|---|---|---|---|
${rows.join("\n")}

Read from:

${reading.join("\n")}
`;
}

export function generate() {
  const all = presets();
  return { "packages/contracts/generated/provider_presets.hpp": header(all), "docs/oauth/presets.md": markdown(all) };
}
