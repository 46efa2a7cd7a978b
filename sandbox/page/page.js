// The page as a whole: who one is, what came in, what one does.

import { alertWith, dress, dropToasts, keep, kept, toast, writePage } from "./looks.js";
import { Guide } from "./guide.js";
import { Panel } from "./panel.js";
import { People, Unread } from "./people.js";
import { chooseZone, dayOf, moment } from "./times.js";
import * as wire from "./wire.js";
import { word } from "./words.js";

const $ = (id) => document.getElementById(id);
const phone = matchMedia("(max-width: 46em)");
const unread = new Unread();
const pressed = new Map();
let village = null;
let shift = 0;
let side = "private";
let chosenGroup = null;
let hangUp = () => {};
let refreshing;

const now = () => Date.now() + shift;
const me = () => village.people.find(({ id }) => id === village.me);
const groups = () => village.chats.filter(({ kind }) => kind === "group");
const group = () => groups().find(({ id }) => id === chosenGroup) ?? groups()[0];
const privately = () => village.chats.find(({ kind }) => kind === "private");

async function attempt(act) {
  try {
    return (await act()) ?? true;
  } catch (error) {
    if (!(error instanceof wire.Refused)) throw error;
    toast(word(error.message));
    return null;
  }
}

const acts = {
  submit: (chat, draft) => attempt(() => submit(chat, draft)),
  start: (payload) => attempt(() => wire.post("start", { as: village.me, payload })),
  contact: (chat) => attempt(() => wire.post("contact", { as: village.me, chat: chat.id })),
  press: (message, data, key) => attempt(() => press(message, data, key)),
  older: async (chat, before) => (await attempt(() => wire.older(village.me, chat, before))) ?? { messages: [], more: true },
  choose: (id) => { chosenGroup = id; return refresh(); },
  copy: (text) => navigator.clipboard.writeText(text).then(() => toast(word("toast.copied"))),
  unsupported: () => toast(word("toast.unsupported")),
  tell: (key) => toast(word(key)),
  deepLink,
};

async function submit(chat, { text, reply, editing, photo }) {
  const who = { as: village.me, chat: chat.id };
  if (editing) return wire.post("edit", { ...who, message: editing.id, text });
  if (photo) return wire.post("photo", { ...who, caption: text, content: await wire.base64(photo) });
  return wire.post("say", { ...who, text, reply_to: reply?.id ?? null });
}

async function press(message, data, key) {
  key.setAttribute("aria-busy", "true");
  const rest = () => key.removeAttribute("aria-busy");
  try {
    const { query } = await wire.post("press", { as: village.me, chat: message.chat, message: message.id, data });
    pressed.set(query, rest);
    setTimeout(() => { pressed.delete(query); rest(); }, 10000);
  } catch (error) {
    rest();
    throw error;
  }
}

function deepLink(address) {
  const start = new RegExp(`^https?://t\\.me/${village.bot.username}\\?start=([\\w-]*)$`, "i").exec(address);
  return start ? start[1] : null;
}

const panels = { group: new Panel($("group"), acts), private: new Panel($("private"), acts) };
const people = new People({ cast: $("people"), more: $("more-people"), villagers: $("villagers") }, become);

async function become(person) {
  keep("person", person);
  const fresh = await attempt(() => wire.state(person));
  if (!fresh) return;
  const restarted = village?.boot !== fresh.boot;
  village = fresh;
  shift = new Date(village.now) - Date.now();
  chooseZone(village.zone);
  show();
  if (restarted) listen();
}

/** Look again with the same eyes: what is being written stays. */
function refresh() {
  return become(village.me);
}

function listen() {
  hangUp();
  hangUp = wire.listen(`${village.boot}.${village.seq}`, { news, lost });
}

function lost(down) {
  $("connection").textContent = down ? word("connection.lost") : "";
}

function show() {
  writePage();
  $("bot-name").textContent = village.bot.name;
  document.title = `${me().name} · ${village.bot.name} · ${word("demo")}`;
  for (const each of ["group", "private"]) openPanel(each);
  guide.show(me(), village.people);
  showTime();
  arrange();
}

function openPanel(which) {
  const chat = which === "group" ? group() : privately();
  const first = chat && isVisible(which) ? unread.seen(village.me, chat.id) : null;
  panels[which].open(chat, { me: village.me, unread: first, now, bot: village.bot });
  if (which === "group") panels.group.offerGroups(groups());
  showMarks();
}

function isVisible(which) {
  return !phone.matches || side === which;
}

function showMarks() {
  people.show(village.people, village.me, unread);
  for (const [which, chat] of [["group", group()], ["private", privately()]]) {
    const mark = $(`tab-${which}`).querySelector(".mark");
    const count = chat ? unread.count(village.me, chat.id) : 0;
    mark.hidden = count === 0;
    mark.textContent = String(count);
    mark.setAttribute("aria-label", word("tabs.unread", { count }));
  }
}

// --- news from the sandbox

const handlers = {
  message: ({ chat, message, for: only }) => arrive(chat, message, only),
  edited: ({ chat, message }) => panelOf(chat)?.take(message),
  deleted: ({ chat, ids }) => panelOf(chat)?.log.remove(ids),
  typing: ({ chat }) => panelOf(chat)?.showTyping(true),
  keyboard: ({ chat, person, keyboard }) => setKeyboard(chat, person, keyboard),
  answer,
  clock: ({ now: instant }) => setTime(instant),
  reset: () => { village.boot = null; return become(village.me); },
  chats: () => { clearTimeout(refreshing); refreshing = setTimeout(refresh, 150); },
};

function news(event) {
  handlers[event.kind]?.(event);
}

function panelOf(chat) {
  return Object.values(panels).find((panel) => panel.chat?.id === chat) ?? null;
}

function arrive(chat, message, only) {
  for (const person of village.people) {
    const hears = person.chats.includes(chat) && (!only || only === person.id);
    if (hears && message.from?.id !== person.id && !sees(person, chat)) unread.note(person.id, chat, message.id);
  }
  if (!only || only === village.me) panelOf(chat)?.take(message);
  showMarks();
}

function sees(person, chat) {
  const panel = panelOf(chat);
  return person.id === village.me && panel && isVisible(panel.side) && !document.hidden;
}

function setKeyboard(chat, person, keyboard) {
  if (person !== village.me) return;
  const panel = panelOf(chat);
  if (!panel) return;
  panel.chat.keyboard = keyboard;
  panel.composer.showKeyboard(keyboard);
}

function answer({ query, person, text, alert }) {
  pressed.get(query)?.();
  pressed.delete(query);
  if (person !== village.me || !text) return;
  if (alert) alertWith(text);
  else toast(text);
}

// --- the clock

function setTime(instant) {
  const before = dayOf(now());
  shift = new Date(instant) - Date.now();
  showTime();
  if (dayOf(now()) !== before) for (const panel of Object.values(panels)) panel.retellDays();
}

function showTime() {
  const time = $("now");
  const words = moment(now());
  if (time.textContent !== words) time.textContent = words;
  time.dateTime = new Date(now()).toISOString();
}

async function move(to) {
  const moves = $("clock-moves");
  if (moves.getAttribute("aria-busy") === "true") return;
  moves.setAttribute("aria-busy", "true");
  const moved = await attempt(() => wire.post("clock", { to }));
  moves.removeAttribute("aria-busy");
  if (!moved) return;
  setTime(moved.now);
  toast(word("clock.moved", { time: moment(moved.now) }));
}

// --- the tour

const guide = new Guide({
  become,
  move,
  fill: (which, text) => {
    turnTo(which);
    panels[which].composer.fill(text);
    panels[which].composer.input.focus();
  },
});

// --- phone and desktop

function turnTo(which, { focus = false } = {}) {
  side = which;
  arrange();
  const chat = which === "group" ? group() : privately();
  if (chat) unread.seen(village.me, chat.id);
  panels[which].log.toBottom();
  showMarks();
  if (focus) $(`tab-${which}`).focus();
}

function arrange() {
  for (const which of ["group", "private"]) {
    const tab = $(`tab-${which}`);
    tab.setAttribute("aria-selected", String(side === which));
    tab.tabIndex = side === which ? 0 : -1;
    $(which).classList.toggle("away", side !== which);
    $(which).setAttribute("role", phone.matches ? "tabpanel" : "region");
  }
}

function listenToHands() {
  for (const which of ["group", "private"]) $(`tab-${which}`).addEventListener("click", () => turnTo(which));
  $("tabs").addEventListener("keydown", ({ key }) => {
    if (["ArrowLeft", "ArrowRight"].includes(key)) turnTo(side === "group" ? "private" : "group", { focus: true });
  });
  for (const each of document.querySelectorAll("[data-move]")) each.addEventListener("click", () => move(each.dataset.move));
  $("clock-toggle").addEventListener("click", () => {
    const open = $("clock-moves").classList.toggle("open");
    $("clock-toggle").setAttribute("aria-expanded", String(open));
  });
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") dropToasts(); });
  phone.addEventListener("change", refresh);
}

dress(() => village && refresh());
writePage();
listenToHands();
setInterval(() => village && showTime(), 1000);
await become(kept("person", ""));
document.body.dataset.ready = "true";
