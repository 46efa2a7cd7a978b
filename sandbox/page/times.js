// Village time: every hour and day on the page is the canteen's, wherever the browser stands.

import { language, word } from "./words.js";

let zone = "Asia/Shanghai";
const formats = new Map();

export function chooseZone(name) {
  zone = name;
  formats.clear();
}

function format(options) {
  const locale = language() === "zh" ? "zh-CN" : "en-GB";
  const key = locale + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }));
  return formats.get(key);
}

export function hour(instant) {
  return format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(instant));
}

/** "11月25日 星期三 08:30" */
export function moment(instant) {
  return `${longDay(instant)} ${hour(instant)}`;
}

export function longDay(instant) {
  const date = new Date(instant);
  const day = format({ month: "long", day: "numeric" }).format(date);
  const weekday = format({ weekday: language() === "zh" ? "long" : "short" }).format(date);
  return language() === "zh" ? `${day} ${weekday}` : `${weekday} ${day}`;
}

/** A sortable name of the calendar day in the village, "2026-11-25". */
export function dayOf(instant) {
  const parts = format({ year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(new Date(instant));
  const part = (type) => parts.find((each) => each.type === type).value;
  return `${part("year")}-${part("month")}-${part("day")}`;
}

/** The day pill's words as seen from `now`. */
export function dayName(instant, now) {
  const day = dayOf(instant);
  if (day === dayOf(now)) return word("day.today");
  if (day === dayOf(new Date(now).getTime() - 86400000)) return word("day.yesterday");
  return longDay(instant);
}
