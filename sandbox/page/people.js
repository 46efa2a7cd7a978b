// Who one is: the cast, the other villagers, and what waits unread for each of them.

import { avatar, button, make } from "./elements.js";
import { knows, word } from "./words.js";

export function roleWords(role) {
  const key = `role.${role}`;
  return knows(key) ? word(key) : word("role.villager");
}

export class People {
  constructor({ cast, more, villagers }, choose) {
    Object.assign(this, { cast, more, villagers, choose });
    for (const list of [cast, more]) list.addEventListener("keydown", (event) => this.key(event, list));
  }

  show(people, me, unread) {
    const focused = document.activeElement?.dataset?.person;
    const villagers = people.filter(({ role }) => !role);
    this.cast.replaceChildren(...people.filter(({ role }) => role).map((each) => this.face(each, me, unread)));
    this.more.replaceChildren(...villagers.map((each) => this.face(each, me, unread)));
    this.villagers.hidden = villagers.length === 0;
    for (const list of [this.cast, this.more]) this.rove(list);
    if (focused) document.querySelector(`[data-person="${focused}"]`)?.focus();
  }

  face(person, me, unread) {
    const news = unread.of(person);
    const label = [person.name, roleWords(person.role)].join("，") + newsWords(news);
    return button("face", { role: "radio", "aria-checked": String(person.id === me), "aria-label": label,
      "data-person": person.id, onclick: () => this.choose(person.id) },
    avatar(person.id, person.name),
    make("span.who", {}, make("strong", {}, person.name), make("span.role", {}, roleWords(person.role))),
    badge(news));
  }

  rove(list) {
    const faces = [...list.children];
    const chosen = faces.find((face) => face.getAttribute("aria-checked") === "true") ?? faces[0];
    for (const face of faces) face.tabIndex = face === chosen ? 0 : -1;
  }

  key(event, list) {
    const faces = [...list.children];
    const at = faces.indexOf(document.activeElement);
    const back = { ArrowUp: at - 1, ArrowLeft: at - 1 };
    const next = { ...back, ArrowDown: at + 1, ArrowRight: at + 1, Home: 0, End: faces.length - 1 }[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    const face = faces[(next + faces.length) % faces.length];
    face.focus();
    this.choose(Number(face.dataset.person));
  }
}

function newsWords({ privately, group }) {
  if (privately) return word("people.unread", { count: privately });
  return group ? word("people.unreadGroup") : "";
}

function badge({ privately, group }) {
  if (privately) return make("span.badge", { "aria-hidden": "true" }, String(privately));
  return group ? make("span.dot", { "aria-hidden": "true" }) : null;
}

/** What each person has not seen yet: per chat the first message and how many. */
export class Unread {
  constructor() {
    this.waiting = new Map();
  }

  note(person, chat, message) {
    const key = `${person}:${chat}`;
    const known = this.waiting.get(key) ?? { first: message, count: 0 };
    this.waiting.set(key, { ...known, count: known.count + 1 });
  }

  /** Take note that the chat was seen; answers the first message that was new. */
  seen(person, chat) {
    const key = `${person}:${chat}`;
    const first = this.waiting.get(key)?.first ?? null;
    this.waiting.delete(key);
    return first;
  }

  count(person, chat) {
    return this.waiting.get(`${person}:${chat}`)?.count ?? 0;
  }

  of(person) {
    const group = person.chats.filter((chat) => chat !== person.id).some((chat) => this.count(person.id, chat));
    return { privately: this.count(person.id, person.id), group };
  }
}
