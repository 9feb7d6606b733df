// Fingers on a drawing: one pans, two pinch. bpmn-js listens to mouse and wheel only.
export function touchNavigation(node, canvas) {
  const fingers = new Map();
  let last = null;

  const state = () => {
    const [a, b] = [...fingers.values()];
    if (!b) return { x: a.x, y: a.y, spread: 0 };
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, spread: Math.hypot(a.x - b.x, a.y - b.y) };
  };
  const start = (event) => {
    if (event.pointerType !== "touch") return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    last = fingers.size ? state() : null;
  };
  const move = (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const now = state();
    if (last && now.spread && last.spread) {
      const box = node.getBoundingClientRect();
      const zoom = Math.min(4, Math.max(0.1, canvas.zoom() * (now.spread / last.spread)));
      canvas.zoom(zoom, { x: now.x - box.left, y: now.y - box.top });
    }
    if (last) canvas.scroll({ dx: now.x - last.x, dy: now.y - last.y });
    last = now;
  };
  const end = (event) => {
    fingers.delete(event.pointerId);
    last = fingers.size ? state() : null;
  };
  node.addEventListener("pointerdown", start);
  node.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) node.addEventListener(name, end);
}
