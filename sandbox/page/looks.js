// How the page looks: language, light or dark, type size; kept in the browser. Notices too.

import { make } from "./elements.js";
import { chooseLanguage, language, word, writeWords } from "./words.js";

const SIZES = [100, 125, 150];
const TOAST_LASTS = 6000;

export function kept(name, fallback) {
  return localStorage.getItem(`page.${name}`) ?? fallback;
}

export function keep(name, value) {
  localStorage.setItem(`page.${name}`, value);
}

/** Wire the three buttons; `changed` is called when words must be written anew. */
export function dress(changed) {
  chooseLanguage(kept("language", navigator.language.startsWith("zh") ? "zh" : "en"));
  wearScheme(kept("scheme", ""));
  wearSize(Number(kept("size", "100")));
  on("language", () => {
    chooseLanguage(language() === "zh" ? "en" : "zh");
    keep("language", language());
    changed();
  });
  on("scheme", () => wearScheme(isDark() ? "light" : "dark"));
  on("type", () => {
    wearSize(SIZES[(SIZES.indexOf(Number(kept("size", "100"))) + 1) % SIZES.length]);
    toast(word("looks.typeNow", { size: kept("size", "100") }));
  });
}

function on(id, act) {
  document.getElementById(id).addEventListener("click", act);
}

function isDark() {
  const chosen = document.documentElement.dataset.scheme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function wearScheme(name) {
  if (!name) return;
  document.documentElement.dataset.scheme = name;
  keep("scheme", name);
}

function wearSize(size) {
  const known = SIZES.includes(size) ? size : 100;
  document.documentElement.dataset.size = String(known);
  keep("size", String(known));
}

export function writePage() {
  writeWords(document);
  const other = document.getElementById("language");
  other.textContent = word("language.name");
  other.lang = language() === "zh" ? "en" : "zh-CN";
}

export function toast(text) {
  const note = make("p.toast", {}, text);
  const box = document.getElementById("toasts");
  box.append(note);
  if (box.children.length > 3) box.firstElementChild.remove();
  setTimeout(() => note.remove(), TOAST_LASTS);
}

export function dropToasts() {
  document.getElementById("toasts").replaceChildren();
}

export function alertWith(text) {
  document.getElementById("alert-text").textContent = text;
  const dialog = document.getElementById("alert");
  if (!dialog.open) dialog.showModal();
}
