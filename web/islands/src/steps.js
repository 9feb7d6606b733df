// A long form on a phone: one group after the other, with where one is, back and on. On a desk nothing changes.
import { t } from "./words.js";

const PHONE = matchMedia("(max-width: 767px)");
const WRONG = ".fjs-has-errors, .fjs-form-field-error";

export class Steps {
  constructor(island) {
    this.island = island;
    this.at = 0;
    this.draw();
    island.form.on("changed", () => queueMicrotask(() => this.arrange()));
    // Before the island itself: who answers an event of form-js with a promise is its last hearer.
    island.form.on("submit", 2000, () => this.sent());
    island.form.on("field.updated", () => (this.isSent = false));
    PHONE.addEventListener("change", () => this.arrange());
    this.arrange();
  }

  draw() {
    this.bar = document.createElement("nav");
    this.bar.className = "x-steps";
    this.bar.setAttribute("aria-label", t("Steps of the form"));
    this.where = document.createElement("strong");
    this.where.setAttribute("role", "status");
    this.line = document.createElement("progress");
    this.line.setAttribute("aria-label", t("Steps of the form"));
    this.back = this.button("btn", t("Back"), () => this.go(this.at - 1));
    this.on = this.button("btn btn-primary", t("Next"), () => this.go(this.at + 1));
    this.bar.append(this.where, this.line);
    this.island.place.before(this.bar);
    const foot = this.island.querySelector(".x-form-bar");
    foot.prepend(this.back);
    foot.append(this.on);
  }

  button(kind, text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = kind;
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  /** The rows of the form in groups: what stands before a group that has a heading belongs to the group before. */
  groups() {
    const top = this.island.place.querySelector(".fjs-form .fjs-vertical-layout");
    const found = [];
    for (const row of top?.children ?? []) {
      const heading = row.querySelector(".fjs-form-field-grouplike > label, .fjs-form-field-grouplike .fjs-form-field-label");
      const starts = row.querySelector(".fjs-form-field-grouplike") && heading?.textContent.trim();
      if (starts || !found.length) found.push({ name: starts || "", rows: [] });
      found.at(-1).rows.push(row);
    }
    if (found.length > 1 && !found[0].name) {
      const [intro] = found.splice(0, 1);
      found[0].rows.unshift(...intro.rows);
    }
    return found;
  }

  arrange() {
    const groups = this.groups();
    const isOn = PHONE.matches && groups.length > 1;
    if (isOn && this.isSent) {
      const wrong = groups.findIndex(({ rows }) => rows.some((row) => row.querySelector(WRONG)));
      if (wrong >= 0) this.at = wrong;
    }
    this.at = Math.max(0, Math.min(this.at, groups.length - 1));
    for (const [step, { rows }] of groups.entries()) for (const row of rows) row.toggleAttribute("data-off", isOn && step !== this.at);
    this.bar.hidden = this.back.hidden = !isOn;
    this.on.hidden = !isOn || this.at === groups.length - 1;
    this.island.toggleAttribute("data-more", isOn && this.at < groups.length - 1);
    if (!isOn) return;
    this.where.textContent = `${this.at + 1}/${groups.length} ${groups[this.at].name}`;
    this.line.max = groups.length;
    this.line.value = this.at + 1;
    this.back.disabled = this.at === 0;
  }

  /** What was sent and has a wrong answer shows the first one, on whatever step it stands. */
  sent() {
    this.isSent = true;
    setTimeout(() => {
      this.arrange();
      this.island.querySelector(WRONG)?.scrollIntoView({ block: "center" });
    }, 60);
  }

  go(step) {
    this.isSent = false;
    this.at = step;
    this.arrange();
    this.island.scrollIntoView({ block: "start" });
  }
}
