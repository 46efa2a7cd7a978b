// The tour strip: suggestions for the person one is, each done by one click.

import { button } from "./elements.js";
import { roleWords } from "./people.js";
import { TOUR, VILLAGER } from "./tour.js";
import { language, word } from "./words.js";

export class Guide {
  constructor({ become, move, fill }) {
    Object.assign(this, { become, move, fill, tried: new Set() });
  }

  show(person, people) {
    const tour = TOUR[person.role] ?? VILLAGER;
    document.getElementById("tour-lead").textContent = tour[language()];
    const chips = tour.chips.map((chip) => this.chip(chip, person, people));
    document.getElementById("chips").replaceChildren(...chips.filter(Boolean));
  }

  chip(chip, person, people) {
    const target = chip.go && people.find(({ role }) => role === chip.go);
    if (chip.go && !target) return null;
    const key = `${person.id}:${JSON.stringify(chip)}`;
    const node = button(this.tried.has(key) ? "chip.tried" : "chip", {}, chipWords(chip, target));
    node.addEventListener("click", () => {
      this.tried.add(key);
      node.classList.add("tried");
      this.follow(chip, target);
    });
    return node;
  }

  follow(chip, target) {
    if (target) return this.become(target.id);
    if (chip.move) return this.move(chip.move);
    return this.fill(chip.side, chip.say);
  }
}

function chipWords(chip, target) {
  if (target) return word("tour.goLabel", { name: target.name, role: roleWords(target.role) });
  return chip.move ? word(`clock.${chip.move}`) : word("tour.say", { text: chip.say });
}
