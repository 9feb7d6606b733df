// The file field of a form: files are listed with what became of them, each can be taken out, a telephone offers its camera.
import { Errors, Label } from "@bpmn-io/form-js-viewer";
import { h } from "preact";
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { isLocal } from "./file-uploads.js";
import { t } from "./words.js";

const MOST = 20;

/** A module for form-js that draws `filepicker` fields with the uploads of one form. */
export function fileFields(uploads) {
  class Fields {
    constructor(formFields) {
      formFields.register("filepicker", field(uploads));
    }
  }
  Fields.$inject = ["formFields"];
  return { __init__: ["fileFields"], fileFields: ["type", Fields] };
}

function field(uploads) {
  function FileField({ field: drawn, onChange, domId, errors = [], disabled, readonly, value }) {
    const [, redraw] = useReducer((count) => count + 1, 0);
    const [tooMany, setTooMany] = useState("");
    const files = useRef(null);
    const camera = useRef(null);
    const latest = useRef({});
    latest.current = { references: Array.isArray(value) ? value : [], onChange };
    const { references } = latest.current;
    const several = drawn.multiple === true;
    const most = several ? Number(drawn.properties?.maxFiles) || MOST : 1;
    const accept = drawn.accept?.startsWith("=") ? "" : (drawn.accept ?? "");
    const fixed = disabled || readonly;
    const change = (next) => {
      latest.current.references = next;
      latest.current.onChange({ value: next.length ? next : null });
    };
    useEffect(() => {
      uploads.resume(references);
      return uploads.listen(() => {
        const before = latest.current.references;
        const known = before.map((one) => uploads.resolve(one));
        if (known.some((one, place) => one !== before[place])) change(known);
        redraw();
      });
    }, []);
    const choose = (event) => {
      const chosen = [...event.target.files];
      event.target.value = "";
      const before = several ? references : [];
      if (!several) for (const one of references) uploads.forget(one.id);
      const taken = chosen.slice(0, most - before.length);
      setTooMany(taken.length < chosen.length ? t("At most {count} files fit here.", { count: most }) : "");
      if (taken.length) change([...before, ...taken.map((file) => uploads.add(file))]);
    };
    const takeOut = (reference) => {
      uploads.forget(reference.id);
      setTooMany("");
      change(references.filter((one) => one.id !== reference.id));
    };
    const pick = (ref, props) => h("input", { type: "file", class: "x-file-input", tabIndex: -1, "aria-hidden": "true", ref, onChange: choose, disabled: fixed, ...props });
    const withCamera = /image\/|\.jpe?g|\.png/.test(accept) && matchMedia("(pointer: coarse)").matches;
    const messageId = `${domId}-error-message`;
    const shown = tooMany ? [...errors, tooMany] : errors;
    return h(
      "div",
      { class: `fjs-form-field fjs-form-field-filepicker${errors.length ? " fjs-has-errors" : ""}` },
      h(Label, { id: `${domId}-label`, htmlFor: domId, label: drawn.label, required: drawn.validate?.required }),
      references.length > 0 && h("ul", { class: "x-files" }, references.map((one) => h(FileRow, { key: one.id, reference: one, state: uploads.state(one.id), takeOut: fixed ? undefined : takeOut }))),
      fixed && !references.length && h("p", { class: "x-file-none" }, t("No file")),
      !fixed && references.length < (several ? most : 2) && h(
        "div",
        { class: "x-file-buttons" },
        h("button", { type: "button", class: "btn", id: `${domId}-choose`, "aria-labelledby": `${domId}-label ${domId}-choose`, "aria-describedby": messageId, onClick: () => files.current.click() }, several ? t("Choose files") : references.length ? t("Choose another file") : t("Choose a file")),
        withCamera && h("button", { type: "button", class: "btn", onClick: () => camera.current.click() }, t("Take a photo")),
        h("span", { class: "x-file-hint" }, accept ? t("{kinds}, at most 20 MB each", { kinds: readable(accept) }) : t("At most 20 MB each")),
      ),
      pick(files, { id: domId, multiple: several, accept: accept || undefined }),
      withCamera && pick(camera, { accept: "image/*", capture: "environment" }),
      h(Errors, { id: messageId, errors: shown }),
    );
  }
  FileField.config = { type: "filepicker", keyed: true, name: "File picker", group: "basic-input", emptyValue: null, create: (options = {}) => ({ ...options }) };
  return FileField;
}

function FileRow({ reference, state, takeOut }) {
  const local = isLocal(reference);
  const status = state.error ? "refused" : local ? (state.waiting ? "waiting" : "sending") : "kept";
  const words = {
    refused: state.error,
    waiting: t("Waits for a connection"),
    sending: state.progress ? t("{part} % sent", { part: Math.round(state.progress * 100) }) : t("Is being sent …"),
    kept: readableSize(reference.size),
  };
  const isPicture = !local && /^image\//.test(reference.type ?? "");
  return h(
    "li",
    { class: "x-file", "data-state": status },
    isPicture ? h("img", { src: `/files/${encodeURIComponent(reference.id)}?small`, alt: "", loading: "lazy", width: 48, height: 48 }) : h("span", { class: "x-file-kind" }, ending(reference.name)),
    h(
      "span",
      { class: "x-file-words" },
      local ? h("span", { class: "x-file-name" }, reference.name) : h("a", { class: "x-file-name", href: `/files/${encodeURIComponent(reference.id)}`, target: "_blank", rel: "noopener" }, reference.name),
      h("span", { class: "x-file-state", role: state.error ? "alert" : "status" }, words[status]),
      status === "sending" && h("progress", { max: 1, value: state.progress || 0, "aria-label": reference.name }),
    ),
    takeOut && h("button", { type: "button", class: "btn btn-ghost-secondary x-file-out", onClick: () => takeOut(reference), "aria-label": t("Take out {name}", { name: reference.name }) }, "✕"),
  );
}

const ending = (name) => (name.includes(".") ? name.split(".").at(-1).slice(0, 4).toUpperCase() : "?");

const readable = (accept) => accept.split(",").map((one) => (one.trim() === "image/*" ? t("pictures") : one.trim().replace(/^\./, ""))).join(t(", "));

function readableSize(size) {
  if (!size) return "";
  return size < 1024 * 1024 ? `${Math.max(1, Math.round(size / 1024))} KB` : `${(size / 1024 / 1024).toFixed(1)} MB`;
}
