// The message log: a window of at most 200 rows over all messages known, painted once per frame.

import { row } from "./bubbles.js";
import { make } from "./elements.js";
import { word } from "./words.js";

export const WINDOW = 200;
const STEP = 50;
const NEAR = 160;

export class Log {
  constructor(element, { more, newer }) {
    Object.assign(this, { element, more, newer });
    this.messages = [];
    this.rows = new Map();
    this.changed = new Set();
    this.from = this.to = this.missed = 0;
    this.scheduled = this.fetching = false;
    this.pinned = true;
    new ResizeObserver(() => { if (this.pinned) this.toBottom(); }).observe(element);
    element.addEventListener("scroll", () => this.scrolled(), { passive: true });
  }

  /** Show another chat, from its newest message. */
  show(messages, view, hasMore) {
    Object.assign(this, { messages: [...messages], view, hasMore });
    this.changed.clear();
    this.toEnd();
  }

  /** Paint the newest window and stand at its end. */
  toEnd() {
    this.to = this.messages.length;
    this.from = Math.max(0, this.to - WINDOW);
    this.quietly(() => this.repaint());
    this.toBottom();
  }

  toBottom() {
    this.element.scrollTop = this.element.scrollHeight;
    this.pinned = true;
    this.tellMissed(0);
  }

  /** Take in a new or changed message; painting waits for the next frame. */
  upsert(message) {
    const at = this.messages.findLastIndex((each) => each.id === message.id);
    if (at >= 0) this.messages[at] = message;
    else this.insert(message);
    this.changed.add(message.id);
    this.schedule();
  }

  insert(message) {
    let at = this.messages.length;
    while (at > 0 && this.messages[at - 1].id > message.id) at -= 1;
    this.messages.splice(at, 0, message);
    if (at < this.from) this.from += 1;
    if (at < this.to) this.to += 1;
  }

  remove(ids) {
    const gone = new Set(ids);
    const before = this.messages.length;
    this.messages = this.messages.filter((message) => !gone.has(message.id));
    this.to = Math.min(this.to, this.messages.length);
    this.from = Math.max(0, Math.min(this.from, this.to - 1));
    if (this.messages.length !== before) this.keepingPlace(() => this.repaint());
  }

  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.flush();
    });
  }

  flush() {
    const pinned = this.isPinned();
    const shown = this.to;
    if (pinned) this.to = this.messages.length;
    else this.to = Math.min(this.messages.length, Math.max(this.to, this.from + WINDOW));
    if (pinned) this.from = Math.max(this.from, this.to - WINDOW);
    const arrived = this.messages.slice(shown).filter((message) => this.changed.has(message.id)).length;
    for (const id of this.changed) this.repaintRow(id);
    this.changed.clear();
    this.fit();
    if (pinned) this.toBottom();
    else this.tellMissed(this.missed + arrived);
  }

  /** Make the rows in the page be exactly the window. */
  fit() {
    const wanted = new Set(this.messages.slice(this.from, this.to).map((message) => message.id));
    for (const [id, node] of this.rows) if (!wanted.has(id)) this.drop(id, node);
    let next = null;
    for (let at = this.to - 1; at >= this.from; at -= 1) next = this.place(at, next);
    this.element.classList.toggle("empty", this.messages.length === 0);
    this.element.dataset.empty = word("chat.empty");
  }

  place(at, next) {
    const { id } = this.messages[at];
    if (!this.rows.has(id)) this.rows.set(id, row(this.messages[at], this.messages[at - 1], this.view));
    const node = this.rows.get(id);
    if (node.parentNode !== this.element || node.nextSibling !== next) this.element.insertBefore(node, next);
    return node;
  }

  drop(id, node) {
    node.remove();
    this.rows.delete(id);
  }

  repaintRow(id) {
    const old = this.rows.get(id);
    if (!old) return;
    const at = this.messages.findIndex((message) => message.id === id);
    const fresh = row(this.messages[at], this.messages[at - 1], this.view);
    const focused = focusPath(old);
    old.replaceWith(fresh);
    this.rows.set(id, fresh);
    restoreFocus(fresh, focused);
  }

  repaint() {
    this.rows.clear();
    this.element.replaceChildren();
    this.fit();
  }

  isPinned() {
    return this.to >= this.messages.length - this.changed.size && this.isNearEnd();
  }

  isNearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  tellMissed(count) {
    this.missed = count;
    this.newer(count, !this.isPinned());
  }

  scrolled() {
    if (this.element.scrollTop < NEAR) this.up();
    else if (!this.scheduled && this.isNearEnd()) this.down();
    this.pinned = this.isPinned();
    if (this.pinned) this.missed = 0;
    this.newer(this.missed, !this.pinned);
  }

  up() {
    if (this.from === 0) return this.fetchOlder();
    this.from = Math.max(0, this.from - STEP);
    this.to = Math.min(this.to, this.from + WINDOW);
    return this.keepingPlace(() => this.fit());
  }

  down() {
    if (this.to >= this.messages.length) return;
    this.to = Math.min(this.messages.length, this.to + STEP);
    this.from = Math.max(this.from, this.to - WINDOW);
    this.keepingPlace(() => this.fit());
  }

  async fetchOlder() {
    if (!this.hasMore || this.fetching) return;
    this.fetching = true;
    const asked = this.view;
    const page = await this.more(this.messages[0].id).finally(() => { this.fetching = false; });
    if (asked !== this.view) return;
    this.messages.unshift(...page.messages);
    this.hasMore = page.more;
    this.from += page.messages.length;
    this.to += page.messages.length;
    if (page.messages.length) this.up();
  }

  /** Change rows without moving what the reader looks at, and without reading old messages aloud. */
  keepingPlace(change) {
    const anchor = [...this.rows.values()].find((node) => node.offsetTop + node.offsetHeight > this.element.scrollTop);
    const before = anchor?.offsetTop ?? 0;
    this.quietly(change);
    const same = anchor && (anchor.isConnected ? anchor : this.rows.get(Number(anchor.dataset.id)));
    if (same) this.element.scrollTop += same.offsetTop - before;
  }

  quietly(change) {
    this.element.setAttribute("aria-busy", "true");
    change();
    requestAnimationFrame(() => this.element.removeAttribute("aria-busy"));
  }

  /** Bring one message into view, if it is known. */
  jump(id) {
    const at = this.messages.findIndex((message) => message.id === id);
    if (at < 0) return;
    if (at < this.from || at >= this.to) {
      this.from = Math.max(0, at - STEP);
      this.to = Math.min(this.messages.length, this.from + WINDOW);
      this.quietly(() => this.fit());
    }
    const target = this.rows.get(id).querySelector("article") ?? this.rows.get(id);
    target.scrollIntoView({ block: "center" });
    target.focus?.();
  }
}

function focusPath(node) {
  if (!node.contains(document.activeElement)) return null;
  const stops = [...node.querySelectorAll("article, button, a")];
  return stops.indexOf(document.activeElement);
}

function restoreFocus(node, index) {
  if (index === null) return;
  const stops = [...node.querySelectorAll("article, button, a")];
  (stops[index] ?? stops[0])?.focus({ preventScroll: true });
}

export function emptyLog(id) {
  return make("div.log", { id: `${id}-log`, role: "log", "aria-live": "polite", tabindex: "0" });
}
