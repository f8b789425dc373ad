// Made by script/embed. Do not edit.
#include "adapters/mail/templates/embedded.hpp"

namespace gatehouse::adapters::mail::templates {

// clang-format off
const std::string_view kLayoutHtml =
R"embedded(<!doctype html>
<html lang="{{lang}}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>{{title}}</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
a { text-decoration-thickness: 1px; text-underline-offset: 2px; }
@media (prefers-color-scheme: dark) {
  .page { background-color: #0f1216 !important; }
  .card { background-color: #191d23 !important; border-color: #2c333c !important; }
  .ink { color: #edf0f4 !important; }
  .soft { color: #a8b1bd !important; }
  .line { border-color: #2c333c !important; }
  .panel { background-color: #232932 !important; }
  .link { color: {{accent_on_dark}} !important; }
  .button { background-color: {{accent_on_dark}} !important; }
  .button a { color: {{on_accent_on_dark}} !important; }
}
@media (max-width: 600px) {
  .outer { padding: 16px 8px !important; }
  .inner { padding: 28px 22px !important; }
}
</style>
</head>
<body class="page" style="margin:0;padding:0;background-color:{{page}};-webkit-text-size-adjust:100%;">
<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all;">{{preview}}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:{{page}};">
<tr><td class="outer" align="center" style="padding:40px 16px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;">
<tr><td style="padding:0 4px 18px;">
{{#logo}}
<img src="{{logo}}" alt="{{brand}}" height="32" style="display:block;height:32px;border:0;">
{{/logo}}
{{^logo}}
<span class="ink" style="font-size:18px;line-height:24px;font-weight:700;color:{{ink}};">{{brand}}</span>
{{/logo}}
</td></tr>
<tr><td class="card inner" style="background-color:{{card}};border:1px solid {{line}};border-radius:14px;padding:36px 40px;">
<h1 class="ink" style="margin:0 0 18px;font-size:24px;line-height:32px;font-weight:700;letter-spacing:-0.01em;color:{{ink}};">{{title}}</h1>
{{#paragraphs}}
<p class="ink" style="margin:0 0 16px;font-size:16px;line-height:25px;color:{{ink}};">{{.}}</p>
{{/paragraphs}}
{{#code}}
<p class="panel ink" style="margin:8px 0 24px;padding:18px 16px;border-radius:10px;background-color:{{panel}};font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:30px;line-height:36px;font-weight:600;letter-spacing:0.18em;text-align:center;color:{{ink}};">{{code}}</p>
{{/code}}
{{#facts_shown}}
<table role="presentation" class="panel" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 24px;border-radius:10px;background-color:{{panel}};">
<tr><td style="padding:10px 18px;">
<table width="100%" cellpadding="0" cellspacing="0" border="0">
{{#facts}}
<tr><th class="soft" scope="row" align="left" valign="top" width="30%" style="padding:6px 12px 6px 0;font-size:14px;line-height:20px;font-weight:400;color:{{soft}};">{{label}}</th><td class="ink" align="left" valign="top" style="padding:6px 0;font-size:14px;line-height:20px;word-break:break-word;color:{{ink}};">{{value}}</td></tr>
{{/facts}}
</table>
</td></tr>
</table>
{{/facts_shown}}
{{#button}}
<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:10px 0 26px;">
<tr><td class="button" align="center" style="border-radius:10px;background-color:{{accent}};"><a href="{{link}}" style="display:inline-block;padding:14px 26px;font-size:16px;line-height:20px;font-weight:600;text-decoration:none;color:{{on_accent}};">{{label}}</a></td></tr>
</table>
{{/button}}
{{#after}}
<p class="soft" style="margin:0 0 12px;font-size:14px;line-height:22px;color:{{soft}};">{{.}}</p>
{{/after}}
{{#button}}
<p class="soft line" style="margin:22px 0 0;padding:18px 0 0;border-top:1px solid {{line}};font-size:13px;line-height:20px;color:{{soft}};">{{by_hand}}<br><a class="link" href="{{link}}" style="word-break:break-all;color:{{accent_on_light}};">{{link}}</a></p>
{{/button}}
</td></tr>
<tr><td style="padding:20px 4px 0;">
<p class="soft" style="margin:0;font-size:13px;line-height:20px;color:{{soft}};">{{why}}</p>
{{#home}}
<p class="soft" style="margin:6px 0 0;font-size:13px;line-height:20px;color:{{soft}};"><a class="soft" href="{{home}}" style="color:{{soft}};">{{brand}}</a></p>
{{/home}}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
)embedded"
;

const std::string_view kLayoutTxt =
R"embedded({{{title}}}

{{#paragraphs}}
{{{.}}}

{{/paragraphs}}
{{#code}}
    {{{code}}}

{{/code}}
{{#facts_shown}}
{{#facts}}
{{{label}}}: {{{value}}}
{{/facts}}

{{/facts_shown}}
{{#button}}
{{{label}}}:
{{{link}}}

{{/button}}
{{#after}}
{{{.}}}

{{/after}}
-- 
{{{why}}}
{{#home}}
{{{brand}}} {{{home}}}
{{/home}}
)embedded"
;

const std::string_view kStringsEnJson =
R"embedded({
  "lang": "en",
  "by_hand": "If the button does not work, copy this address into your browser:",
  "greeting": "Hello {{name}},",
  "facts": {
    "email": "Account",
    "old_email": "Old address",
    "new_email": "New address",
    "time": "When",
    "device": "Device",
    "location": "Place",
    "ip": "IP address",
    "client": "Application",
    "provider": "Provider",
    "factor": "Second factor",
    "codes_left": "Codes left",
    "roles": "Roles",
    "until": "Until"
  },
  "mails": {
    "verify_email": {
      "subject": "Confirm your email address for {{brand}}",
      "preview": "One click, and your account is ready.",
      "title": "Confirm your email address",
      "paragraphs": ["Somebody, most likely you, signed up to {{brand}} with this address. Confirm that it is yours, and the account is ready."],
      "button": "Confirm address",
      "link": "link",
      "after": ["The link works once{{#expires_in}}, for {{expires_in}}{{/expires_in}}.", "If this was not you, ignore this mail: without your click there is no account."],
      "why": "You get this mail because this address was used to sign up.",
      "needs": ["link"]
    },
    "already_registered": {
      "subject": "You already have an account at {{brand}}",
      "preview": "Somebody tried to sign up with your address.",
      "title": "You already have an account",
      "paragraphs": ["Somebody, most likely you, tried to sign up to {{brand}} with this address. It has an account already, so nothing was changed.", "Sign in with the password you have, or choose a new one if you forgot it."],
      "button": "Sign in",
      "link": "link",
      "after": ["If this was not you, there is nothing to do."],
      "why": "You get this mail because this address was used to sign up."
    },
    "reset_password": {
      "subject": "Choose a new password for {{brand}}",
      "preview": "The link to choose a new password.",
      "title": "Choose a new password",
      "greeting": true,
      "paragraphs": ["Somebody, most likely you, asked to reset the password of your account."],
      "facts": ["email", "time", "device", "location", "ip"],
      "button": "Choose a new password",
      "link": "link",
      "after": ["The link works once{{#expires_in}}, for {{expires_in}}{{/expires_in}}. Using it ends every session of your account.", "If this was not you, ignore this mail: your password stays as it is."],
      "why": "You get this mail because a password reset was asked for.",
      "needs": ["link"]
    },
    "password_changed": {
      "subject": "Your {{brand}} password was changed",
      "preview": "If this was you, all is well.",
      "title": "Your password was changed",
      "greeting": true,
      "paragraphs": ["The password of your account has just been changed, and your other sessions were ended. If this was you, there is nothing to do."],
      "facts": ["email", "time", "device", "location", "ip"],
      "button": "This was not me",
      "link": "link",
      "after": ["If this was not you, act at once: it ends every session and starts a reset of the password."],
      "why": "You get this mail because the security of your account changed."
    },
    "confirm_email_change": {
      "subject": "Confirm your new email address for {{brand}}",
      "preview": "Your account moves here once you confirm.",
      "title": "Confirm your new address",
      "paragraphs": ["This address was given as the new address of an account at {{brand}}. It takes effect once you confirm it."],
      "facts": ["new_email", "time"],
      "button": "Confirm address",
      "link": "link",
      "after": ["The link works once{{#expires_in}}, for {{expires_in}}{{/expires_in}}.", "If this was not you, ignore this mail: nothing changes."],
      "why": "You get this mail because somebody wants to use this address at {{brand}}.",
      "needs": ["link"]
    },
    "email_change_notice": {
      "subject": "The email address of your {{brand}} account changes",
      "preview": "If this was not you, take it back.",
      "title": "Your email address changes",
      "greeting": true,
      "paragraphs": ["Your account is about to leave this address, or has just left it. If this was you, there is nothing to do."],
      "facts": ["old_email", "new_email", "time", "device", "location", "ip"],
      "button": "Take it back",
      "link": "link",
      "after": ["The button restores this address and ends every session{{#expires_in}}; it works for {{expires_in}}{{/expires_in}}."],
      "why": "You get this mail because the security of your account changed.",
      "needs": ["link"]
    },
    "email_change_undone": {
      "subject": "Your {{brand}} account has left this address",
      "preview": "A change of address was taken back.",
      "title": "Your account has left this address",
      "paragraphs": ["A change of address had brought an account at {{brand}} here. It was taken back from the address that the account had before, and every session was ended.{{#until}} Until {{until}} the password cannot be reset by mail alone.{{/until}}"],
      "facts": ["old_email", "time"],
      "button": "Sign in",
      "link": "link",
      "after": ["If this was you, there is nothing to do. If it was not, ask the people who run {{brand}}{{#until}}, and before then{{/until}}."],
      "why": "You get this mail because an account had this address.",
      "needs": ["link"]
    },
    "suspicious_sign_in": {
      "subject": "Was this you? A suspicious sign-in to {{brand}}",
      "preview": "Somebody signed in to your account in an unusual way.",
      "title": "Was this you?",
      "greeting": true,
      "paragraphs": ["Somebody signed in to your account with the right password, but in an unusual way. If this was you, there is nothing to do."],
      "facts": ["email", "time", "device", "location", "ip", "client"],
      "button": "This was not me",
      "link": "link",
      "after": ["The button ends every session of your account and starts a reset of the password."],
      "why": "You get this mail because we watch for others in your account.",
      "needs": ["link"]
    },
    "new_device": {
      "subject": "New sign-in to your {{brand}} account",
      "preview": "From a device we have not seen before.",
      "title": "New sign-in",
      "greeting": true,
      "paragraphs": ["Your account was used from a device that we had not seen before. If this was you, there is nothing to do."],
      "facts": ["email", "time", "device", "location", "ip", "client"],
      "button": "This was not me",
      "link": "link",
      "after": ["If this was not you, the button ends every session and starts a reset of the password."],
      "why": "You get this mail because the security of your account matters."
    },
    "mfa_enrolled": {
      "subject": "A second factor was added to your {{brand}} account",
      "preview": "Signing in now asks for a code as well.",
      "title": "A second factor was added",
      "greeting": true,
      "paragraphs": ["From now on, signing in asks for your password and for a code. Keep your backup codes where you will find them without your phone."],
      "facts": ["email", "factor", "time", "device", "location", "ip"],
      "button": "This was not me",
      "link": "link",
      "after": [],
      "why": "You get this mail because the security of your account changed."
    },
    "mfa_removed": {
      "subject": "A second factor was removed from your {{brand}} account",
      "preview": "Signing in no longer asks for a code.",
      "title": "A second factor was removed",
      "greeting": true,
      "paragraphs": ["Signing in to your account no longer asks for this factor. If this was you, there is nothing to do."],
      "facts": ["email", "factor", "time", "device", "location", "ip"],
      "button": "This was not me",
      "link": "link",
      "after": ["If this was not you, act at once, and add the factor again afterwards."],
      "why": "Yo)embedded"
R"embedded(u get this mail because the security of your account changed."
    },
    "backup_code_used": {
      "subject": "A backup code was used for your {{brand}} account",
      "preview": "If this was you, all is well.",
      "title": "A backup code was used",
      "greeting": true,
      "paragraphs": ["Somebody signed in to your account with the password and one of your backup codes. That code is spent.{{#codes_left}} You have {{codes_left}} left.{{/codes_left}}"],
      "facts": ["email", "time", "device", "location", "ip"],
      "button": "This was not me",
      "link": "link",
      "after": ["When few codes are left, make a new set in your account's settings."],
      "why": "You get this mail because the security of your account matters."
    },
    "password_exposed": {
      "subject": "Choose a new password: yours may be known to others",
      "preview": "Somebody knows your password, but not your code.",
      "title": "Your password may be known to others",
      "greeting": true,
      "paragraphs": ["Somebody entered your right password, and then many wrong codes. Your second factor kept them out. Until you choose a new password, new devices cannot sign in."],
      "facts": ["email", "time", "device", "location", "ip"],
      "button": "Choose a new password",
      "link": "link",
      "after": ["The link works once{{#expires_in}}, for {{expires_in}}{{/expires_in}}. If you use the old password elsewhere, change it there too."],
      "why": "You get this mail because we watch for others in your account.",
      "needs": ["link"]
    },
    "invitation": {
      "subject": "You are invited to {{brand}}",
      "preview": "Choose a password, and your account is ready.",
      "title": "You are invited",
      "paragraphs": ["An account at {{brand}} was prepared for this address. Accept the invitation and choose a password to begin."],
      "facts": ["email", "roles"],
      "button": "Accept the invitation",
      "link": "link",
      "after": ["The link works once{{#expires_in}}, for {{expires_in}}{{/expires_in}}.", "If you did not expect this, ignore this mail: without your click nothing happens."],
      "why": "You get this mail because an administrator of {{brand}} invited this address.",
      "needs": ["link"]
    },
    "deletion": {
      "subject": "Your {{brand}} account will be deleted",
      "preview": "You can still keep it.",
      "title": "Your account will be deleted",
      "greeting": true,
      "paragraphs": ["Your account was closed as you asked, and every session was ended.{{#until}} On {{until}} your data is erased for good.{{/until}}"],
      "facts": ["email", "time"],
      "button": "Keep my account",
      "link": "link",
      "after": ["If you want it gone, there is nothing to do. If you changed your mind, or this was not you, the button takes it back."],
      "why": "You get this mail because the deletion of your account was asked for.",
      "needs": ["link"]
    },
    "account_linked": {
      "subject": "{{provider}} was linked to your {{brand}} account",
      "preview": "You can now sign in with it.",
      "title": "A way to sign in was added",
      "greeting": true,
      "paragraphs": ["You can now sign in to {{brand}} with {{provider}}. If this was you, there is nothing to do."],
      "facts": ["email", "provider", "time", "device", "location", "ip"],
      "button": "This was not me",
      "link": "link",
      "after": [],
      "why": "You get this mail because the security of your account changed.",
      "needs": ["provider"]
    },
    "account_unlinked": {
      "subject": "{{provider}} was unlinked from your {{brand}} account",
      "preview": "It no longer signs you in.",
      "title": "A way to sign in was removed",
      "greeting": true,
      "paragraphs": ["{{provider}} no longer signs you in to {{brand}}. If this was you, there is nothing to do."],
      "facts": ["email", "provider", "time", "device", "location", "ip"],
      "button": "This was not me",
      "link": "link",
      "after": [],
      "why": "You get this mail because the security of your account changed.",
      "needs": ["provider"]
    },
    "sign_in_code": {
      "subject": "Your sign-in code for {{brand}}",
      "preview": "Enter it where you are signing in.",
      "title": "Your sign-in code",
      "greeting": true,
      "paragraphs": ["Enter this code where you are signing in. Nobody from {{brand}} will ever ask you for it."],
      "code": true,
      "facts": ["time", "device", "location", "ip"],
      "button": "This was not me",
      "link": "link",
      "after": ["The code works once{{#expires_in}}, for {{expires_in}}{{/expires_in}}.", "If you are not signing in just now, somebody else knows your password: the button ends every session and starts a reset of it."],
      "why": "You get this mail because somebody is signing in to your account.",
      "needs": ["code", "link"]
    }
  }
}
)embedded"
;

// clang-format on

}  // namespace gatehouse::adapters::mail::templates
