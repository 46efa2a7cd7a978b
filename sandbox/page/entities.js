// Text with entities → nodes. Offsets are UTF-16 units, as JavaScript's own string indexes are.

import { make } from "./elements.js";

const SAFE = /^(https?:|mailto:|tel:)/i;
const PLAIN = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

/** Cut the text at every border of an entity and wrap each piece in what covers it. */
export function rich(text, entities, acts) {
  const fragment = document.createDocumentFragment();
  paint(fragment, text, 0, text.length, outerFirst(entities ?? []), acts);
  return fragment;
}

function outerFirst(entities) {
  return [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
}

function paint(parent, text, from, to, entities, acts) {
  let at = from;
  let rest = entities;
  while (rest.length) {
    const [entity, ...others] = rest;
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    if (end <= start) {
      rest = others;
      continue;
    }
    parent.append(text.slice(at, start));
    const node = wrapper(entity, text.slice(start, end), acts);
    paint(node, text, start, end, others.filter((other) => other.offset < end), acts);
    parent.append(node);
    at = end;
    rest = others.filter((other) => other.offset + other.length > end);
  }
  parent.append(text.slice(at, to));
}

function wrapper(entity, piece, acts) {
  if (entity.type in PLAIN) return make(PLAIN[entity.type]);
  if (entity.type === "spoiler") return spoiler();
  if (entity.type === "bot_command") return tap(() => acts.say(piece));
  const address = addressOf(entity, piece);
  return address ? link(address, acts) : make("span.mention");
}

function addressOf(entity, piece) {
  const address = {
    text_link: () => entity.url,
    url: () => (SAFE.test(piece) ? piece : `https://${piece}`),
    email: () => `mailto:${piece}`,
    phone_number: () => `tel:${piece.replace(/[^+\d]/g, "")}`,
  }[entity.type]?.();
  return address && SAFE.test(address) ? address : null;
}

/** A link; a deep link to the bot itself starts the private chat instead of leaving the page. */
export function link(address, acts, ...children) {
  const payload = acts.deepLink(address);
  if (payload !== null) return make("a", { href: "#private", onclick: (event) => begin(event, payload, acts) }, ...children);
  return make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

export function isSafe(address) {
  return SAFE.test(address);
}

function begin(event, payload, acts) {
  event.preventDefault();
  acts.start(payload);
}

function tap(act) {
  return make("button.inline", { type: "button", onclick: act });
}

function spoiler() {
  const node = make("button.spoiler", { type: "button", "aria-expanded": "false" });
  node.addEventListener("click", () => node.setAttribute("aria-expanded", "true"));
  return node;
}
