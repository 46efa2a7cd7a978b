// One way to make elements: text always enters as text nodes, never as markup.

/** make("button.chip", {type: "button"}, "text", node …) */
export function make(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function button(selector, attributes, ...children) {
  return make(`button.${selector}`, { type: "button", ...attributes }, ...children);
}

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  send: "M3.4 20.4 21.6 12 3.4 3.6 3.4 10 15 12 3.4 14z",
  photo: "M4 6h3.2l1.6-2h6.4l1.6 2H20a1.5 1.5 0 0 1 1.5 1.5v11A1.5 1.5 0 0 1 20 20H4a1.5 1.5 0 0 1-1.5-1.5v-11A1.5 1.5 0 0 1 4 6zm8 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zm0 2a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
  reply: "M10 5v4c6.5.3 10 4 11 10-2.5-3.7-5.5-5.2-11-5.3V18l-7-6.5z",
  edit: "M4 16.5V20h3.5L18.3 9.2l-3.5-3.5zM20.7 6.8a1 1 0 0 0 0-1.4l-2.1-2.1a1 1 0 0 0-1.4 0l-1.5 1.5 3.5 3.5z",
  close: "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4L12 13.4 6.4 19 5 17.6 10.6 12 5 6.4z",
  file: "M6 2h8l5 5v13a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2zm7 1.8V8h4.2z",
  keys: "M3 6h18a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zm2 3v2h2V9zm4 0v2h2V9zm4 0v2h2V9zm4 0v2h2V9zM7 14v2h10v-2z",
};

/** One of the page's own drawings, silent for screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

/** A letter avatar in one of eight tints. */
export function avatar(id, name) {
  const letter = [...name][0] ?? "?";
  return make(`span.avatar.tint-${tint(id)}`, { "aria-hidden": "true" }, letter);
}

export function tint(id) {
  return Math.abs(Number(id) * 7) % 8;
}
