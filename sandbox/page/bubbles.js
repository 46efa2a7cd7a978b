// One message → one row: day pill, unread line, avatar, bubble, buttons.

import { avatar, button, icon, make, tint } from "./elements.js";
import { isSafe, link, rich } from "./entities.js";
import { dayName, dayOf, hour } from "./times.js";
import { word } from "./words.js";

const RUN = 5 * 60 * 1000;

/** The whole row of a message; `view` is {me, kind, now, unread, acts}. */
export function row(message, previous, view) {
  const node = make("div.row", { "data-id": message.id });
  const newDay = !previous || dayOf(previous.at) !== dayOf(message.at);
  if (newDay) node.append(make("p.pill", { "data-day": message.at }, dayName(message.at, view.now())));
  if (view.unread === message.id) node.append(make("p.pill.fresh", {}, word("chat.unread")));
  if (message.service) {
    node.append(make("p.pill.service", {}, serviceWords(message)));
    return node;
  }
  node.append(bubble(message, continues(message, previous, newDay), view));
  return node;
}

function continues(message, previous, newDay) {
  if (!previous || newDay || previous.service) return false;
  return previous.from.id === message.from.id && new Date(message.at) - new Date(previous.at) < RUN;
}

function serviceWords({ service, from }) {
  const name = service.names?.join("、") || from?.name || "";
  return word(`service.${service.kind}`, { name: service.title ?? name });
}

function bubble(message, run, view) {
  const mine = message.from.id === view.me;
  const node = make(`article.message${mine ? ".mine" : ""}${run ? ".run" : ""}`, {
    tabindex: "-1", "data-id": message.id, "aria-label": spokenName(message, mine),
  });
  const body = make("div.bubble", {}, ...contents(message, mine, run, view));
  const stack = make("div.stack", {}, body, inlineButtons(message, view));
  if (view.kind === "group" && !mine) node.append(avatar(message.from.id, message.from.name));
  node.append(stack);
  return node;
}

function spokenName(message, mine) {
  const name = message.from.name + (message.from.bot ? ` (${word("chat.bot")})` : "");
  return mine ? hour(message.at) : `${name} ${hour(message.at)}`;
}

function contents(message, mine, run, view) {
  return [
    !mine && !run && view.kind === "group" ? sender(message.from) : null,
    message.for ? make("p.only", {}, word("chat.onlyYou")) : null,
    message.reply ? quote(message.reply, view) : null,
    ...media(message),
    message.text ? make("p.text", { dir: "auto" }, rich(message.text, message.entities, view.acts)) : null,
    stamp(message),
  ];
}

function sender(from) {
  const role = from.bot ? make("span.bot-mark", {}, word("chat.bot")) : null;
  return make(`p.sender.ink-${tint(from.id)}`, {}, from.name, " ", role);
}

function quote(reply, view) {
  const jump = () => view.acts.jump(reply.id);
  return button("quote", { onclick: jump },
    make("strong", {}, reply.name ?? word("chat.replyGone")), make("span", {}, reply.text ?? ""));
}

function stamp(message) {
  const edited = message.edited ? make("span.edited", {}, word("chat.edited")) : null;
  return make("p.stamp", {}, edited, make("time", { datetime: message.at }, hour(message.at)));
}

function media({ photo, file, voice, location, contact, poll, from }) {
  return [
    photo && picture(photo, from),
    file && attachment(file),
    voice && make("audio", { controls: true, preload: "none", src: voice.url, "aria-label": word("file.voice") }),
    location && make("p.text", {}, `${location.latitude}, ${location.longitude}`),
    contact && make("p.text", {}, `${contact.name} ${contact.phone}`),
    poll && ballot(poll),
  ];
}

function picture(photo, from) {
  const size = { width: photo.width || false, height: photo.height || false };
  const image = make("img", { src: photo.url, alt: word("file.photoBy", { name: from.name }), loading: "lazy", ...size });
  return make("a.photo", { href: photo.url, target: "_blank", rel: "noopener" }, image);
}

function attachment(file) {
  const size = word("file.size", { size: Math.max(1, Math.round(file.size / 1024)) });
  const label = `${word("file.open", { name: file.name })} ${size}`;
  return make("a.file", { href: file.url, target: "_blank", rel: "noopener", "aria-label": label },
    icon("file"), make("span.file-name", {}, file.name), make("span.file-size", {}, size));
}

function ballot(poll) {
  const options = poll.options.map((option) => make("li", {}, `${option.text} · ${option.count}`));
  return make("div.ballot", {}, make("strong", {}, poll.question), make("ul", {}, ...options));
}

function inlineButtons(message, view) {
  if (!message.buttons) return null;
  const rows = message.buttons.map((line) =>
    make("div.keys", {}, ...line.map((key) => inlineButton(message, key, view))));
  return make("div.inline-keyboard", {}, ...rows);
}

function inlineButton(message, key, view) {
  if (key.url && isSafe(key.url)) {
    const node = link(key.url, view.acts, key.text, make("span.away", { "aria-hidden": "true" }, " ↗"));
    node.className = "key";
    return node;
  }
  return button("key", { "data-data": key.data ?? false, onclick: (event) => press(event, message, key, view) }, key.text);
}

function press(event, message, key, view) {
  if (key.copy) return view.acts.copy(key.copy);
  if (key.data === null || key.data === undefined) return view.acts.unsupported();
  return view.acts.press(message, key.data, event.currentTarget);
}
