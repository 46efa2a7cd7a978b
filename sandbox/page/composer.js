// Where a person writes: text, photo, reply, edit, commands and the bot's quick buttons.

import { button, icon, make } from "./elements.js";
import { word } from "./words.js";

const MAX_PHOTO = 10 * 1024 * 1024;

export class Composer {
  constructor(side, acts) {
    Object.assign(this, { side, acts, reply: null, editing: null, photo: null, commands: [] });
    this.input = make("textarea", { id: `${side}-input`, rows: "1", maxlength: "4096", autocomplete: "off" });
    this.file = make("input", { type: "file", accept: "image/*", hidden: true, onchange: () => this.attach(this.file.files[0]) });
    this.note = make("div.note", { hidden: true });
    this.menu = make("div.commands", { role: "menu", id: `${side}-commands`, hidden: true });
    this.keyboard = make("div.keyboard", { role: "group", hidden: true });
    this.element = make("form.composer", {}, this.menu, this.note, this.line(), this.keyboard);
    this.listen();
  }

  line() {
    const name = (key) => ({ "data-word-label": key });
    this.slash = button("round.slash", { ...name("compose.commands"), "aria-haspopup": "menu", "aria-expanded": "false",
      "aria-controls": `${this.side}-commands`, onclick: () => this.toggleMenu(this.menu.hidden) }, "/");
    this.clip = button("round", { ...name("compose.attach"), onclick: () => this.file.click() }, icon("photo"));
    this.keys = button("round", { ...name("compose.keyboard"), "aria-expanded": "true", hidden: true,
      onclick: () => this.toggleKeyboard() }, icon("keys"));
    this.send = make("button.round.send", { type: "submit", ...name("compose.send") }, icon("send"));
    return make("div.line", {}, this.slash, this.clip, this.file, this.input, this.keys, this.send);
  }

  listen() {
    this.element.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("paste", (event) => this.attach(event.clipboardData.files[0]));
    this.menu.addEventListener("keydown", (event) => this.menuKey(event));
  }

  /** Set up for a chat: its title, commands and reply keyboard. */
  open({ title, group, commands, keyboard, mention }) {
    Object.assign(this, { commands, mention });
    this.input.setAttribute("aria-label", word("compose.label", { title }));
    this.placeholder = word(group ? "compose.group" : "compose.private");
    this.keyboard.setAttribute("aria-label", word("compose.keyboard"));
    this.slash.hidden = commands.length === 0;
    this.tellNote();
    this.showKeyboard(keyboard);
  }

  clear() {
    Object.assign(this, { reply: null, editing: null, photo: null });
    this.file.value = "";
    this.fill("");
    this.tellNote();
    this.toggleMenu(false);
  }

  fill(text) {
    this.input.value = text;
    this.grow();
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, 180)}px`;
  }

  typed() {
    this.grow();
    const text = this.input.value;
    if (/^\/\w*$/.test(text)) this.toggleMenu(true, text.slice(1));
    else this.toggleMenu(false);
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape") this.escape();
    else if (event.key === "ArrowUp" && !this.menu.hidden) {
      event.preventDefault();
      this.menu.lastElementChild?.focus();
    } else if (event.key === "ArrowUp" && !this.input.value) this.acts.editLast();
  }

  escape() {
    if (!this.menu.hidden) this.toggleMenu(false);
    else if (this.reply || this.editing || this.photo) this.clear();
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text && !this.photo) return;
    const { reply, editing, photo } = this;
    this.clear();
    const sent = await this.acts.submit({ text, reply, editing, photo });
    if (sent) return;
    Object.assign(this, { reply, editing, photo });
    this.fill(text);
    this.tellNote();
  }

  replyTo(message) {
    Object.assign(this, { reply: message, editing: null });
    this.tellNote();
    this.input.focus();
  }

  edit(message) {
    Object.assign(this, { editing: message, reply: null });
    this.fill(message.text);
    this.tellNote();
    this.input.focus();
  }

  attach(file) {
    if (!file?.type.startsWith("image/")) return;
    if (file.size > MAX_PHOTO) return void this.acts.tell("error.too_large");
    this.photo = file;
    this.tellNote();
    this.input.focus();
  }

  tellNote() {
    const text = this.noteWords();
    this.note.hidden = !text;
    const cancel = button("round.cancel", { "aria-label": word("compose.cancel"), onclick: () => this.clear() }, icon("close"));
    this.note.replaceChildren(make("span", {}, text ?? ""), cancel);
  }

  noteWords() {
    if (this.editing) return word("compose.editing");
    if (this.photo) return word("compose.attached", { name: this.photo.name });
    return this.reply && word("compose.replying", { name: `${this.reply.from.name}：${this.reply.text}`.slice(0, 60) });
  }

  toggleMenu(open, prefix = "") {
    const shown = this.commands.filter(({ command }) => command.startsWith(prefix));
    const visible = open && shown.length > 0;
    this.menu.hidden = !visible;
    this.slash.setAttribute("aria-expanded", String(visible));
    this.menu.setAttribute("aria-label", word("compose.commands"));
    this.menu.replaceChildren(...(visible ? shown.map((each) => this.item(each)) : []));
    if (visible && !prefix && document.activeElement === this.slash) this.menu.firstElementChild.focus();
  }

  item({ command, description }) {
    const run = () => {
      this.fill("");
      this.toggleMenu(false);
      this.input.focus();
      this.acts.submit({ text: `/${command}${this.mention}` });
    };
    return button("command", { role: "menuitem", tabindex: "-1", onclick: run },
      make("strong", {}, `/${command}`), make("span", {}, description));
  }

  menuKey(event) {
    const items = [...this.menu.children];
    const at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Escape") {
      this.toggleMenu(false);
      this.slash.focus();
    }
    if (next === undefined) return;
    event.preventDefault();
    items[(next + items.length) % items.length].focus();
  }

  showKeyboard(keyboard) {
    const rows = keyboard?.keyboard ?? [];
    this.keyboard.hidden = this.keys.hidden = rows.length === 0;
    this.keys.setAttribute("aria-expanded", "true");
    this.input.placeholder = keyboard?.input_field_placeholder || this.placeholder;
    this.keyboard.replaceChildren(...rows.map((keys) => make("div.keys", {}, ...keys.map((key) => this.quick(key)))));
  }

  quick(key) {
    const text = key.text ?? key;
    const act = () => (key.request_contact ? this.acts.contact() : this.acts.submit({ text }));
    return button("key", { onclick: act }, text);
  }

  toggleKeyboard() {
    this.keyboard.hidden = !this.keyboard.hidden;
    this.keys.setAttribute("aria-expanded", String(!this.keyboard.hidden));
  }
}
