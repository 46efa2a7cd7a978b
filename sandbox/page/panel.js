// One chat on the page: head, log, typing line, message actions and composer.

import { Composer } from "./composer.js";
import { button, icon, make } from "./elements.js";
import { emptyLog, Log } from "./log.js";
import { dayName } from "./times.js";
import { word } from "./words.js";

const TYPING_LASTS = 6000;

export class Panel {
  constructor(section, acts) {
    this.side = section.dataset.side;
    this.acts = acts;
    this.title = make("h2", { id: `${this.side}-title` });
    this.about = make("p.about");
    this.choice = make("select", { "data-word-label": "chat.switch", hidden: true, onchange: () => acts.choose(Number(this.choice.value)) });
    this.logElement = emptyLog(this.side);
    this.typing = make("p.typing", { "aria-live": "polite" });
    this.newest = button("newest", { hidden: true, onclick: () => this.log.toEnd() });
    this.composer = new Composer(this.side, this.composerActs());
    this.begin = button("primary.begin", { hidden: true, "data-word": "chat.start", onclick: () => acts.start("") });
    this.actions = this.toolbar();
    section.append(
      make("header.chat-head", {}, make("div", {}, this.title, this.about), this.choice),
      make("div.wall", {}, this.logElement, this.newest),
      this.typing, this.begin, this.composer.element);
    this.log = new Log(this.logElement, { more: (before) => acts.older(this.chat.id, before), newer: (...news) => this.tellNewer(...news) });
    this.logElement.addEventListener("keydown", (event) => this.walk(event));
    this.logElement.addEventListener("focusin", (event) => this.offer(event.target.closest("article")));
    this.logElement.addEventListener("pointerover", (event) => this.offer(event.target.closest("article")));
  }

  composerActs() {
    const { acts } = this;
    return {
      submit: (draft) => acts.submit(this.chat, draft),
      contact: () => acts.contact(this.chat),
      tell: (key) => acts.tell(key),
      editLast: () => this.editLast(),
    };
  }

  /** Show a chat (or that there is none) as the person sees it. */
  open(chat, { me, unread, now, bot }) {
    const same = this.chat?.id === chat?.id && this.me === me;
    this.chat = chat;
    const acts = { ...this.acts, say: (text) => this.acts.submit(chat, { text }), jump: (id) => this.log.jump(id) };
    this.view = { me, unread, now, kind: chat?.kind, acts };
    this.me = me;
    this.bot = bot;
    this.actions.remove();
    this.writeHead();
    this.log.show(chat?.messages ?? [], this.view, chat?.more ?? false);
    if (!same) this.composer.clear();
    this.composer.open({
      title: this.title.textContent, group: this.side === "group", commands: chat?.commands ?? [],
      keyboard: chat?.keyboard, mention: chat?.kind === "group" ? `@${bot.username}` : "",
    });
    this.admit();
    this.showTyping(false);
  }

  writeHead() {
    const { chat } = this;
    this.title.textContent = chat ? (chat.kind === "group" ? chat.title : this.bot.name) : word("tabs.group");
    this.about.textContent = this.aboutWords();
    this.logElement.setAttribute("aria-label", word("chat.log", { title: this.title.textContent }));
  }

  aboutWords() {
    if (!this.chat) return word("chat.none");
    if (this.chat.kind === "group") return word("chat.members", { count: this.chat.count });
    return word("chat.privately", { name: this.chat.title });
  }

  /** Offer the other groups of the person. */
  offerGroups(groups) {
    this.choice.hidden = groups.length < 2;
    this.choice.replaceChildren(...groups.map(({ id, title }) =>
      make("option", { value: id, selected: id === this.chat?.id }, title)));
  }

  admit() {
    const fresh = this.chat?.kind === "private" && !this.chat.started;
    this.begin.hidden = !fresh;
    this.composer.element.hidden = !this.chat || fresh;
  }

  take(message) {
    if (message.from?.bot) this.showTyping(false);
    if (this.chat.kind === "private" && !this.chat.started) {
      this.chat.started = true;
      this.admit();
    }
    this.log.upsert(message);
  }

  showTyping(on) {
    clearTimeout(this.typingEnds);
    this.typing.replaceChildren(...(on ? [make("span.dots", { "aria-hidden": "true" }, make("i"), make("i"), make("i")),
      word("chat.typing", { name: this.bot.name })] : []));
    if (on) this.typingEnds = setTimeout(() => this.showTyping(false), TYPING_LASTS);
  }

  tellNewer(count, away) {
    this.newest.hidden = !away;
    this.newest.textContent = count ? word("chat.newer", { count }) : `↓ ${word("chat.back")}`;
  }

  retellDays() {
    for (const pill of this.logElement.querySelectorAll("[data-day]")) {
      pill.textContent = dayName(pill.dataset.day, this.view.now());
    }
  }

  toolbar() {
    this.replyButton = button("round.small", { onclick: () => this.composer.replyTo(this.offered()) }, icon("reply"));
    this.editButton = button("round.small", { onclick: () => this.composer.edit(this.offered()) }, icon("edit"));
    return make("div.actions", { role: "group" }, this.replyButton, this.editButton);
  }

  /** One set of buttons serves all messages: it moves to the one looked at. */
  offer(article) {
    if (!article || this.actions.parentNode === article) return;
    this.article = article;
    this.actions.setAttribute("aria-label", word("chat.actions"));
    this.replyButton.setAttribute("aria-label", word("chat.reply"));
    this.editButton.setAttribute("aria-label", word("chat.edit"));
    const message = this.offered();
    this.editButton.hidden = message?.from.id !== this.me || !message.text;
    article.append(this.actions);
  }

  offered() {
    return this.log.messages.find((message) => message.id === Number(this.article?.dataset.id));
  }

  editLast() {
    const last = this.log.messages.findLast((message) => message.from?.id === this.me && message.text);
    if (last) this.composer.edit(last);
  }

  /** Arrow keys walk through the messages. */
  walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || event.target.closest(".actions, .inline-keyboard")) return;
    const articles = [...this.logElement.querySelectorAll("article")];
    const at = articles.indexOf(event.target.closest("article"));
    const next = at < 0 ? articles.at(-1) : articles[at + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}
