#include "adapters/mail/template_renderer.hpp"

#include <mutex>
#include <stdexcept>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <kainjow/mustache.hpp>

#include "adapters/mail/templates/embedded.hpp"
#include "adapters/mail/text_layout.hpp"

namespace gatehouse::adapters::mail {
namespace {

namespace json = boost::json;
using kainjow::mustache::data;
using kainjow::mustache::mustache;
using Values = std::map<std::string, std::string>;

constexpr std::size_t kMaxValue = 200;
constexpr std::size_t kMaxLink = 2048;

std::string text_of(const json::object& object, std::string_view member) {
  const auto* found = object.if_contains(member);
  return found == nullptr ? std::string() : std::string(found->as_string());
}

std::vector<std::string> texts_of(const json::object& object, std::string_view member) {
  std::vector<std::string> texts;
  if (const auto* found = object.if_contains(member)) {
    for (const auto& text : found->as_array()) texts.emplace_back(text.as_string());
  }
  return texts;
}

// A sentence of the strings file with its values; escaping is the layout's business.
std::string fill(const std::string& sentence, const Values& values) {
  if (sentence.find("{{") == sentence.npos) return sentence;
  mustache tmpl(sentence);
  tmpl.set_custom_escape([](const std::string& text) { return text; });
  data context;
  for (const auto& [name, value] : values) {
    if (!value.empty()) context.set(name, value);
  }
  return tmpl.render(context);
}

data list_of(const std::vector<std::string>& sentences, const Values& values) {
  data list{data::type::list};
  for (const auto& sentence : sentences) list.push_back(fill(sentence, values));
  return list;
}

Values cleaned(const Values& values) {
  Values clean;
  for (const auto& [name, value] : values) clean[name] = one_line(value, name == "link" ? kMaxLink : kMaxValue);
  for (const char* moment : {"time", "until"}) {
    if (const auto found = clean.find(moment); found != clean.end()) found->second = for_people(found->second);
  }
  return clean;
}

void set_palette(data& context, const Palette& palette) {
  const std::pair<const char*, const std::string&> colours[] = {{"card", palette.card},
                                                                {"ink", palette.ink},
                                                                {"page", palette.page},
                                                                {"panel", palette.panel},
                                                                {"line", palette.line},
                                                                {"soft", palette.soft},
                                                                {"accent", palette.accent},
                                                                {"on_accent", palette.on_accent},
                                                                {"accent_on_light", palette.accent_on_light},
                                                                {"accent_on_dark", palette.accent_on_dark},
                                                                {"on_accent_on_dark", palette.on_accent_on_dark}};
  for (const auto& [name, colour] : colours) context.set(name, colour);
}

}  // namespace

/// The strings file, read once.
struct TemplateRenderer::Words {
  struct Mail {
    std::string subject, preview, title, button, link, why;
    std::vector<std::string> paragraphs, after, facts, needs;
    bool greets = false, shows_code = false;
  };
  std::string lang, by_hand, greeting;
  std::map<std::string, std::string> fact_labels;
  std::map<std::string, Mail> mails;

  static Words read(std::string_view text);
};

/// The layouts, parsed once; rendering one writes in it.
struct TemplateRenderer::Layouts {
  std::mutex mutex;
  mustache html{std::string(templates::kLayoutHtml)};
  mustache text{std::string(templates::kLayoutTxt)};
};

TemplateRenderer::Words TemplateRenderer::Words::read(std::string_view text) {
  const json::object root = json::parse({text.data(), text.size()}).as_object();
  Words words;
  words.lang = text_of(root, "lang");
  words.by_hand = text_of(root, "by_hand");
  words.greeting = text_of(root, "greeting");
  for (const auto& [name, label] : root.at("facts").as_object())
    words.fact_labels[name] = std::string(label.as_string());
  for (const auto& [name, value] : root.at("mails").as_object()) {
    const json::object& from = value.as_object();
    Mail mail{text_of(from, "subject"), text_of(from, "preview"), text_of(from, "title"),       text_of(from, "button"),
              text_of(from, "link"),    text_of(from, "why"),     texts_of(from, "paragraphs"), texts_of(from, "after"),
              texts_of(from, "facts"),  texts_of(from, "needs")};
    mail.greets = from.contains("greeting");
    mail.shows_code = from.contains("code");
    for (const auto& fact : mail.facts) {
      if (!words.fact_labels.contains(fact)) throw std::runtime_error("mail strings: no label for " + fact);
    }
    words.mails.emplace(name, std::move(mail));
  }
  return words;
}

TemplateRenderer::TemplateRenderer(BrandSettings brand)
    : brand_(std::move(brand)),
      palette_(make_palette(brand_)),
      words_(std::make_unique<const Words>(Words::read(templates::kStringsEnJson))),
      layouts_(std::make_unique<Layouts>()) {
  for (const mustache* layout : {&layouts_->html, &layouts_->text}) {
    if (!layout->is_valid()) throw std::runtime_error("mail layout: " + layout->error_message());
  }
}

TemplateRenderer::~TemplateRenderer() = default;

std::vector<std::string> TemplateRenderer::names() const {
  std::vector<std::string> names;
  for (const auto& [name, mail] : words_->mails) names.push_back(name);
  return names;
}

Result<ports::RenderedMail> TemplateRenderer::render(const std::string& template_name, const Values& given) {
  const auto found = words_->mails.find(template_name);
  if (found == words_->mails.end()) return fail(ErrorCode::internal_error, {}, "no mail template " + template_name);
  const Words::Mail& mail = found->second;
  Values values = cleaned(given);
  for (const auto& need : mail.needs) {
    if (values[need].empty())
      return fail(ErrorCode::internal_error, {}, "mail " + template_name + " was given no " + need);
  }
  values["brand"] = one_line(brand_.name, kMaxValue);

  data context;
  set_palette(context, palette_);
  for (const auto& [name, text] : std::map<std::string, std::string>{{"lang", words_->lang},
                                                                     {"brand", values["brand"]},
                                                                     {"by_hand", words_->by_hand},
                                                                     {"title", fill(mail.title, values)},
                                                                     {"preview", fill(mail.preview, values)},
                                                                     {"why", fill(mail.why, values)}})
    context.set(name, text);
  if (!brand_.logo.empty()) context.set("logo", brand_.logo);
  if (!brand_.home.empty()) context.set("home", brand_.home);

  std::vector<std::string> paragraphs = mail.paragraphs;
  if (mail.greets && is_plain_name(values["name"])) paragraphs.insert(paragraphs.begin(), words_->greeting);
  context.set("paragraphs", list_of(paragraphs, values));
  context.set("after", list_of(mail.after, values));
  if (mail.shows_code) context.set("code", values["code"]);

  data facts{data::type::list};
  bool any_fact = false;
  for (const auto& fact : mail.facts) {
    const std::string& value = values[fact];
    if (value.empty() || value == "unknown") continue;
    any_fact = true;
    data row;
    row.set("label", words_->fact_labels.at(fact));
    row.set("value", value);
    facts.push_back(row);
  }
  if (any_fact) {
    context.set("facts_shown", data::type::bool_true);
    context.set("facts", facts);
  }
  if (const std::string& link = values[mail.link]; !mail.button.empty() && !link.empty()) {
    data button;
    button.set("label", mail.button);
    button.set("link", link);
    context.set("button", button);
  }
  const std::lock_guard lock(layouts_->mutex);
  return ports::RenderedMail{fill(mail.subject, values), wrapped(layouts_->text.render(context)),
                             layouts_->html.render(context)};
}

}  // namespace gatehouse::adapters::mail
