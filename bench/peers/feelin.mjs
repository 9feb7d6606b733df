// feelin's evaluations per second, as JSON.
import { readFileSync } from 'node:fs';
import { evaluate } from 'feelin';

const cases = JSON.parse(readFileSync(new URL('./cases.json', import.meta.url)));
const seconds = () => { const used = process.cpuUsage(); return (used.user + used.system) / 1e6; };

function rate(text) {
  const work = () => evaluate(text, cases.context);
  try {
    if (work().value === null) return null;
  } catch { return null; }
  for (let n = 0; n < 300; n++) work(); // the compiler of Node needs warming
  let best = 0;
  for (let round = 0; round < 3; round++) {
    const start = seconds();
    let count = 0, used = 0;
    while ((used = seconds() - start) < 0.12) { for (let n = 0; n < 10; n++) work(); count += 10; }
    best = Math.max(best, count / used);
  }
  return best;
}

console.log(JSON.stringify({ 'feelin (Node)': cases.expressions.map(([text]) => rate(text)) }));
