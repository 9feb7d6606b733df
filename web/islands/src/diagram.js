// <bpmn-diagram src="…" current='["id"]' done='["id"]' counts='{"id": 3}' links='{"id": "/list"}' findings='[{"element": "id", "text": "…"}]'>
// Without src it reads its XML from a child <script type="application/json" data-part="xml">"…"</script>.
// A drawing to look at: where a case stands, how many cases stand where, what the linter found. Read only.
// When drawn it has the attribute `ready`; `warnings` then holds what bpmn-js said while reading ("[]": nothing); `failed` the reason.
// Fires `element-click` with {id, type, name}.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import camunda from "camunda-bpmn-moddle/resources/camunda.json";
import zeebe from "zeebe-bpmn-moddle/resources/zeebe.json";
import css from "./diagram.css?sheet";
import { addSheet, fetchText, readJson } from "./sheets.js";
import { touchNavigation } from "./touch.js";
import { t } from "./words.js";

const MARGIN = 24;
const READABLE = 0.55;

class BpmnDiagram extends HTMLElement {
  static observedAttributes = ["src", "current", "done", "counts", "findings", "links"];

  connectedCallback() {
    addSheet(css);
    if (!this.hasAttribute("tabindex")) this.tabIndex = 0;
    this.setAttribute("role", "group");
    // A file that was refused is stored nowhere: its page carries it along.
    this.xml ??= readJson(this.querySelector('script[data-part="xml"]')?.textContent, undefined);
    this.draw();
  }

  disconnectedCallback() {
    this.watch?.disconnect();
    this.viewer?.destroy();
    this.viewer = null;
  }

  attributeChangedCallback(name, before, after) {
    if (!this.isConnected || before === after || before === null) return;
    if (name === "src") this.draw();
    else if (this.hasAttribute("ready")) this.mark();
  }

  async draw() {
    for (const name of ["ready", "failed", "warnings"]) this.removeAttribute(name);
    this.viewer?.destroy();
    const canvas = document.createElement("div");
    canvas.className = "x-canvas";
    this.replaceChildren(canvas);
    try {
      const xml = this.xml ?? (await fetchText(this.getAttribute("src"), t));
      if (!canvas.isConnected) return;
      const viewer = new NavigatedViewer({ container: canvas, moddleExtensions: dialect(xml) });
      this.viewer = viewer;
      const { warnings } = await viewer.importXML(xml);
      if (this.viewer !== viewer) return;
      this.mark();
      this.addControls();
      touchNavigation(canvas, viewer.get("canvas"));
      viewer.on("element.click", ({ element }) => this.tell(element));
      this.place();
      this.watch?.disconnect();
      let width = this.clientWidth;
      // A diagram in a closed tab or panel has no size: place it again when it gets one.
      this.watch = new ResizeObserver(() => {
        if (!this.clientWidth || Math.abs(this.clientWidth - width) < 40) return;
        width = this.clientWidth;
        viewer.get("canvas").resized();
        this.place();
      });
      this.watch.observe(this);
      this.setAttribute("warnings", JSON.stringify(warnings.map((one) => one.message ?? String(one))));
      this.setAttribute("ready", "");
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error) {
    const text = document.createElement("p");
    text.className = "x-island-failed";
    text.setAttribute("role", "alert");
    text.textContent = [t("This drawing cannot be shown."), error.message ?? error].join(" ");
    this.replaceChildren(text);
    this.setAttribute("failed", error.message ?? String(error));
  }

  list(name) {
    return readJson(this.getAttribute(name), []);
  }

  mark() {
    const canvas = this.viewer.get("canvas");
    const overlays = this.viewer.get("overlays");
    const registry = this.viewer.get("elementRegistry");
    for (const [id, marker] of this.marked ?? []) if (registry.get(id)) canvas.removeMarker(id, marker);
    overlays.clear();
    this.marked = [];
    const add = (id, marker) => {
      if (!registry.get(id)) return false;
      canvas.addMarker(id, marker);
      this.marked.push([id, marker]);
      return true;
    };
    const current = this.list("current");
    for (const id of this.list("done")) if (!current.includes(id)) add(id, "x-done");
    const links = readJson(this.getAttribute("links"), {});
    const counts = readJson(this.getAttribute("counts"), {});
    for (const id of current) {
      if (add(id, "x-here") && !(id in counts)) this.badge(id, t("Here now"), { kind: "here", href: links[id], position: { top: -14, left: 30 } });
    }
    for (const [id, count] of Object.entries(counts)) {
      if (registry.get(id)) this.badge(id, count, { href: links[id], title: t("{count} cases stand here", { count }), position: { top: -14, right: 16 } });
    }
    this.markFindings(add);
  }

  markFindings(add) {
    const byElement = new Map();
    for (const finding of this.list("findings")) {
      if (!finding.element) continue;
      byElement.set(finding.element, [...(byElement.get(finding.element) ?? []), finding]);
    }
    for (const [id, findings] of byElement) {
      const wrong = findings.some((one) => (one.severity ?? "error") === "error");
      if (!add(id, wrong ? "x-wrong" : "x-warned")) continue;
      const title = findings.map((one) => one.text).join("\n");
      this.badge(id, `${wrong ? "✕" : "!"} ${findings.length}`, { kind: wrong ? "error" : "warning", title, position: { bottom: 12, left: 8 } });
    }
  }

  badge(id, text, { kind = "count", href = "", title = "", position }) {
    const node = document.createElement(href ? "a" : "span");
    node.className = `x-badge x-badge-${kind}`;
    node.textContent = text;
    if (href) node.href = href;
    if (title) {
      node.title = title;
      node.setAttribute("aria-label", title);
    }
    this.viewer.get("overlays").add(id, "x-badge", { position, html: node, scale: { min: 0.7, max: 1.2 } });
  }

  /** Show where the case stands, or the beginning, if the whole would be too small to read; else the whole. */
  place() {
    if (!this.clientWidth) return;
    const canvas = this.viewer.get("canvas");
    this.showAll();
    const here = this.list("current").map((id) => this.viewer.get("elementRegistry").get(id)).filter(Boolean);
    if (canvas.zoom() >= READABLE) return;
    if (!here.length) {
      if (!this.hasAttribute("counts") || this.getAttribute("counts") === "{}") this.showBeginning();
      return;
    }
    canvas.zoom(Math.max(READABLE, 0.75));
    const [first] = here;
    const { width, height } = canvas.viewbox();
    const box = first.waypoints ? { x: first.waypoints[0].x, y: first.waypoints[0].y, width: 0, height: 0 } : first;
    canvas.viewbox({ x: box.x + box.width / 2 - width / 2, y: box.y + box.height / 2 - height / 2, width, height });
  }

  /** The left end of a long drawing, where it begins, large enough to read. */
  showBeginning() {
    const canvas = this.viewer.get("canvas");
    const start = this.viewer.get("elementRegistry").filter((one) => one.type === "bpmn:StartEvent" && one.parent?.type !== "bpmn:SubProcess")[0];
    if (!start) return;
    canvas.zoom(READABLE);
    const { width, height, inner } = canvas.viewbox();
    canvas.viewbox({ x: inner.x - MARGIN / READABLE, y: Math.max(inner.y - MARGIN / READABLE, start.y + start.height / 2 - height / 2), width, height });
  }

  showAll() {
    const canvas = this.viewer.get("canvas");
    canvas.zoom("fit-viewport", "auto");
    const { x, y, width, height, scale } = canvas.viewbox();
    const margin = MARGIN / scale;
    canvas.viewbox({ x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin });
  }

  addControls() {
    const box = document.createElement("div");
    box.className = "x-zoom";
    const button = (sign, label, act) => {
      const one = document.createElement("button");
      one.type = "button";
      one.textContent = sign;
      one.title = label;
      one.setAttribute("aria-label", label);
      one.addEventListener("click", act);
      box.append(one);
    };
    const zoom = (factor) => this.viewer.get("canvas").zoom(Math.min(4, Math.max(0.1, this.viewer.get("canvas").zoom() * factor)));
    button("+", t("Zoom in"), () => zoom(1.25));
    button("−", t("Zoom out"), () => zoom(0.8));
    button("⤢", t("Show the whole drawing"), () => this.showAll());
    this.append(box);
    if (this.list("current").length || this.list("done").length) this.append(legend());
    // The element itself is the tab stop; arrow keys, + and - work anywhere inside it.
    this.onkeydown = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
      if (step) this.viewer.get("canvas").scroll({ dx: step[0], dy: step[1] });
      else if (event.key === "+" || event.key === "=") zoom(1.25);
      else if (event.key === "-") zoom(0.8);
      else if (event.key === "0") this.showAll();
      else return;
      event.preventDefault();
    };
  }

  tell(element) {
    const object = element.businessObject;
    this.dispatchEvent(new CustomEvent("element-click", { bubbles: true, detail: { id: object?.id, type: object?.$type, name: object?.name ?? "" } }));
  }
}

// The two vocabularies of Camunda define the same property and cannot be read at once.
function dialect(xml) {
  return xml.includes('"http://camunda.org/schema/1.0/bpmn"') ? { camunda } : { zeebe };
}

function legend() {
  const box = document.createElement("div");
  box.className = "x-legend";
  for (const [kind, text] of [["here", t("Here now")], ["done", t("Done")]]) {
    const one = document.createElement("span");
    one.className = kind;
    one.textContent = text;
    box.append(one);
  }
  return box;
}

customElements.define("bpmn-diagram", BpmnDiagram);
