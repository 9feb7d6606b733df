// <task-desk [beside-url="/tasks/4/beside"] [steps] [previous="/…"] [next="/…"]>…</task-desk>: what stands around the form of a task.
// Inside it: [data-beside] a panel that the server draws again while one types, [data-phrases] buttons with [data-phrase] texts,
// [data-keys] a dialog that lists the keys. The form itself is the <camunda-form> of the page; it is only read and clicked, as a person does.
import { csrfToken } from "./post.js";
import { Steps } from "./steps.js";
import { t } from "./words.js";

const PHONE = matchMedia("(max-width: 767px)");
const PAUSE = 500;
const PATIENCE = 8000;
const ANSWERS = { a: ["agree", "accept", "consistent", "pass", "kept"], r: ["return", "correct", "partly", "rectify"], x: ["refuse", "reject", "false", "fail", "broken"] };
const TYPED = "textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox]):not([type=button]):not([type=submit])";

class TaskDesk extends HTMLElement {
  connectedCallback() {
    this.island = document.querySelector("camunda-form");
    this.keys = this.querySelector("[data-keys]");
    // On a phone the form comes first; what stands beside it is one touch away.
    if (PHONE.matches) for (const one of this.querySelectorAll("[data-phone-closed]")) one.open = false;
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    document.querySelector("[data-open-keys]")?.addEventListener("click", () => this.keys?.showModal());
    this.keys?.querySelector("[data-close]")?.addEventListener("click", () => this.keys.close());
    this.addEventListener("click", (event) => this.clicked(event));
    if (!this.island) return;
    if (this.island.hasAttribute("ready")) this.begin();
    else {
      this.watch = new MutationObserver(() => this.island.hasAttribute("ready") && this.begin());
      this.watch.observe(this.island, { attributes: true, attributeFilter: ["ready"] });
    }
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
    this.watch?.disconnect();
    clearTimeout(this.timer);
  }

  begin() {
    this.watch?.disconnect();
    if (this.form || this.island.readonly) return;
    this.form = this.island.form;
    const phrases = this.querySelector("[data-phrases]");
    if (phrases && this.opinion()) {
      this.island.querySelector(".x-form-bar")?.before(phrases);
      phrases.hidden = false;
    }
    if (this.hasAttribute("steps")) this.steps = new Steps(this.island);
    if (!this.getAttribute("beside-url")) return;
    this.form.on("changed", () => this.later());
    this.later();
  }

  // The panel

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), PAUSE);
  }

  async look() {
    const panel = this.querySelector("[data-beside]");
    const said = JSON.stringify(this.island.answers());
    if (!panel || said === this.asked) return;
    this.asked = said;
    this.asking?.abort();
    this.asking = new AbortController();
    const limit = setTimeout(() => this.asking.abort(), PATIENCE);
    try {
      const answer = await fetch(this.getAttribute("beside-url"), {
        method: "POST", credentials: "same-origin", redirect: "manual", signal: this.asking.signal,
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken(), Accept: "text/html" },
        body: JSON.stringify({ submission: JSON.parse(said) }),
      });
      if (!answer.ok) throw new Error(answer.statusText);
      const opened = [...panel.querySelectorAll("details[id]")].map((one) => [one.id, one.open]);
      panel.innerHTML = await answer.text();
      for (const [id, open] of opened) {
        const details = panel.querySelector(`#${CSS.escape(id)}`);
        if (details) details.open = open;
      }
      panel.removeAttribute("data-stale");
    } catch {
      if (this.asked !== said) return;
      this.asked = undefined;
      panel.dataset.stale = t("Not up to date: no connection.");
    } finally {
      clearTimeout(limit);
    }
  }

  // Phrases

  clicked(event) {
    const phrase = event.target.closest("[data-phrase]");
    if (phrase) return this.say(phrase.dataset.phrase);
    if (event.target.closest("[data-keep-phrase]")) this.keep();
  }

  /** The text in which an opinion is written: the one with the property `phrases`, else the one called `opinion`, else the last. */
  opinion() {
    const texts = this.form.get("formFieldRegistry").getAll().filter((one) => one.type === "textarea" && !one.disabled);
    const named = (one) => (one.key ?? "").split(".").at(-1);
    const chosen = texts.find((one) => one.properties?.phrases) ?? texts.find((one) => /opinion|reason/i.test(named(one)));
    return chosen && this.boxOf(chosen)?.querySelector("textarea");
  }

  boxOf(component) {
    const id = CSS.escape(component.id);
    const inside = this.island.querySelector(`[id^="fjs-form-"][id$="-${id}"], [id^="fjs-form-"][id*="-${id}-"], [id^="fjs-form-"][id*="-${id}_"]`);
    return inside?.closest(".fjs-form-field");
  }

  say(text) {
    const box = this.opinion();
    if (!box) return;
    const before = box.value.trim();
    if (before.includes(text)) return;
    put(box, before ? `${before}${/[。；;.!！?？\n]$/.test(before) ? "" : "；"}${text}` : text);
    box.focus({ preventScroll: true });
  }

  keep() {
    const text = this.opinion()?.value.trim();
    const place = document.querySelector("[data-phrases] form");
    if (!text || !place) return;
    place.elements.text.value = text;
    place.requestSubmit();
  }

  // Keys

  key(event) {
    if (event.isComposing || event.defaultPrevented) return;
    const strong = event.ctrlKey || event.metaKey;
    if (strong && !event.altKey && event.key === "Enter" && this.form) {
      event.preventDefault();
      this.form.submit();
    } else if (strong && !event.altKey && event.key.toLowerCase() === "s" && this.form) {
      event.preventDefault();
      this.island.draft.toServer();
    }
    if (strong || event.altKey || event.target.closest?.(TYPED) || document.querySelector("dialog[open]")) return;
    if (this.press(event.key)) event.preventDefault();
  }

  press(key) {
    if (key === "?") return !!this.keys && (this.keys.showModal(), true);
    if (key === "j" || key === "k") {
      const to = this.getAttribute(key === "j" ? "next" : "previous");
      if (to) location.assign(to);
      return !!to;
    }
    if (!this.form) return false;
    if (key === "o") {
      this.opinion()?.focus();
      return true;
    }
    return key in ANSWERS && this.choose(ANSWERS[key]);
  }

  /** Clicks the answer of the form's question that means one of these words. */
  choose(words) {
    for (const component of this.form.get("formFieldRegistry").getAll()) {
      if (component.type !== "radio" || component.disabled) continue;
      const at = (component.values ?? []).findIndex((one) => words.includes(String(one.value)));
      const button = at < 0 ? undefined : this.boxOf(component)?.querySelectorAll("input[type=radio]")[at];
      if (!button) continue;
      button.click();
      button.focus({ preventScroll: true });
      this.boxOf(component).scrollIntoView({ block: "center" });
      return true;
    }
    return false;
  }
}

/** Writes into a field as a keyboard would, so that the form hears of it. */
function put(box, text) {
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(box), "value").set.call(box, text);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

customElements.define("task-desk", TaskDesk);
