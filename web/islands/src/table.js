// <dmn-table src="…">: the decision tables of a .dmn file to read, one button per decision, the requirements diagram first if drawn.
// Attributes as of <bpmn-diagram>: `ready`, `warnings`, `failed`. `decision="id"` opens that decision first.
// dmn-js writes style attributes: the page's style-src must allow them (web/headers.py, STYLED_PATHS).
import NavigatedViewer from "dmn-js/lib/NavigatedViewer";
import { addSheet, fetchText } from "./sheets.js";
import css from "./table.css?sheet";
import { t } from "./words.js";

class DmnTable extends HTMLElement {
  static observedAttributes = ["src"];

  connectedCallback() {
    addSheet(css);
    this.draw();
  }

  disconnectedCallback() {
    this.viewer?.destroy();
    this.viewer = null;
  }

  attributeChangedCallback(_name, before, after) {
    if (this.isConnected && before !== null && before !== after) this.draw();
  }

  async draw() {
    for (const name of ["ready", "failed", "warnings"]) this.removeAttribute(name);
    this.viewer?.destroy();
    const views = document.createElement("div");
    views.className = "x-views";
    const canvas = document.createElement("div");
    canvas.className = "x-canvas";
    this.replaceChildren(views, canvas);
    try {
      const words = { additionalModules: [{ translate: ["value", t] }] };
      const viewer = new NavigatedViewer({ container: canvas, drd: words, decisionTable: words, literalExpression: words, boxedExpression: words });
      this.viewer = viewer;
      const { warnings } = await viewer.importXML(this.xml ?? (await fetchText(this.getAttribute("src"), t)), { open: false });
      if (this.viewer !== viewer) return;
      const said = [...warnings];
      const all = viewer.getViews();
      const wanted = this.getAttribute("decision");
      const first = all.find((view) => view.id === wanted) ?? all.find((view) => view.type !== "drd") ?? all[0];
      // Every view is opened once: a decision that cannot be shown is known before a person asks for it.
      for (const view of [...all.filter((one) => one !== first), first]) said.push(...((await viewer.open(view)).warnings ?? []));
      this.addButtons(views, all, first);
      this.setAttribute("warnings", JSON.stringify(said.map((one) => one.message ?? String(one))));
      this.setAttribute("ready", "");
    } catch (error) {
      const text = document.createElement("p");
      text.className = "x-island-failed";
      text.setAttribute("role", "alert");
      text.textContent = [t("This drawing cannot be shown."), error.message ?? error].join(" ");
      this.replaceChildren(text);
      this.setAttribute("failed", error.message ?? String(error));
    }
  }

  addButtons(box, all, open) {
    if (all.length < 2) {
      box.remove();
      return;
    }
    for (const view of all) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = view.type === "drd" ? t("How decisions hang together") : view.name || view.id;
      button.setAttribute("aria-pressed", String(view === open));
      button.addEventListener("click", async () => {
        for (const other of box.children) other.setAttribute("aria-pressed", String(other === button));
        await this.viewer.open(view);
      });
      box.append(button);
    }
  }
}

customElements.define("dmn-table", DmnTable);
