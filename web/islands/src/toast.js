// A short message at the foot of the page, read aloud politely; gone after a while unless it is an error.
import { t } from "./words.js";

export function toast(text, { tone = "info", url = "", action = "", seconds = 8, onClose } = {}) {
  const area = document.querySelector("[data-toasts]");
  if (!area) return;
  const note = document.createElement("div");
  note.className = `x-toast x-toast-${tone}`;
  const words = document.createElement("span");
  words.textContent = text;
  note.append(words);
  if (url) {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = action;
    note.append(link);
  }
  if (tone === "error") {
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = t("Close");
    close.addEventListener("click", () => {
      note.remove();
      onClose?.();
    });
    note.append(close);
  } else setTimeout(() => note.remove(), seconds * 1000);
  area.append(note);
}
