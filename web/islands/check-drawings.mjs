// node check-drawings.mjs FILES…: reads .bpmn, .dmn and .form files as Camunda Modeler's libraries do and says every warning.
// Exit code 1 if there is any. What only a browser can find (drawing errors) is found by tests/browser.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { BpmnModdle } from "bpmn-moddle";
import { DmnModdle } from "dmn-moddle";

const require = createRequire(import.meta.url);
const zeebe = require("zeebe-bpmn-moddle/resources/zeebe.json");
const camunda = require("camunda-bpmn-moddle/resources/camunda.json");
const FORM_SCHEMA = 19;
const GRID = 16;

async function bpmn(text) {
  const moddle = new BpmnModdle(text.includes('"http://camunda.org/schema/1.0/bpmn"') ? { camunda } : { zeebe });
  const { rootElement, warnings } = await moddle.fromXML(text);
  const said = warnings.map((one) => one.message);
  const drawn = new Set();
  for (const { plane } of rootElement.diagrams ?? [])
    for (const part of [plane, ...(plane?.planeElement ?? [])]) if (part?.bpmnElement?.id) drawn.add(part.bpmnElement.id);
  if (!drawn.size) said.push("nothing is drawn: the diagram interchange is missing");
  const visit = (element) => {
    const children = [...(element.flowElements ?? []), ...(element.artifacts ?? []), ...(element.participants ?? []), ...(element.laneSets ?? []).flatMap((set) => set.lanes ?? []), ...(element.messageFlows ?? [])];
    for (const child of children) {
      const hidden = ["bpmn:DataObject"].includes(child.$type);
      if (!hidden && !drawn.has(child.id)) said.push(`${child.id} (${child.$type}) is not drawn`);
      visit(child);
    }
    if (element.childLaneSet) for (const lane of element.childLaneSet.lanes ?? []) if (!drawn.has(lane.id)) said.push(`${lane.id} (bpmn:Lane) is not drawn`);
  };
  for (const root of rootElement.rootElements ?? []) if (["bpmn:Process", "bpmn:Collaboration"].includes(root.$type)) visit(root);
  return said;
}

async function dmn(text) {
  const { rootElement, warnings } = await new DmnModdle().fromXML(text, "dmn:Definitions");
  const said = warnings.map((one) => one.message);
  for (const element of rootElement.drgElement ?? []) {
    const table = element.decisionLogic;
    if (table?.$type !== "dmn:DecisionTable") continue;
    const [inputs, outputs] = [table.input?.length ?? 0, table.output?.length ?? 0];
    for (const rule of table.rule ?? [])
      if ((rule.inputEntry?.length ?? 0) !== inputs || (rule.outputEntry?.length ?? 0) !== outputs)
        said.push(`rule ${rule.id} of ${element.id} has ${rule.inputEntry?.length ?? 0} + ${rule.outputEntry?.length ?? 0} entries, the table ${inputs} + ${outputs} columns`);
  }
  return said;
}

function form(text) {
  const schema = JSON.parse(text);
  const said = [];
  if (schema.type !== "default") said.push(`type is ${schema.type}, expected "default"`);
  if (!(schema.schemaVersion <= FORM_SCHEMA)) said.push(`schemaVersion is ${schema.schemaVersion}, form-js knows up to ${FORM_SCHEMA}`);
  const ids = new Set();
  const visit = (parts, where) => {
    const rows = new Map();
    const keys = new Set();
    for (const part of parts) {
      if (!part.id) said.push(`a ${part.type} in ${where} has no id`);
      else if (ids.has(part.id)) said.push(`id ${part.id} is there twice`);
      ids.add(part.id);
      if (part.key && keys.has(part.key) && !part.conditional) said.push(`key ${part.key} is there twice in ${where}`);
      keys.add(part.key);
      const { row, columns } = part.layout ?? {};
      if (row && columns) rows.set(row, (rows.get(row) ?? 0) + columns);
      if (part.components) visit(part.components, part.id);
    }
    for (const [row, columns] of rows) if (columns > GRID) said.push(`row ${row} in ${where} has ${columns} of ${GRID} columns`);
  };
  visit(schema.components ?? [], schema.id ?? "the form");
  return said;
}

const readers = { bpmn, dmn, form };
let wrong = 0;
for (const file of process.argv.slice(2)) {
  const read = readers[file.split(".").at(-1)];
  let said;
  try {
    said = read ? await read(await readFile(file, "utf8")) : ["expected .bpmn, .dmn or .form"];
  } catch (error) {
    said = [error.message];
  }
  for (const one of said) console.log(`${file}: ${one}`);
  wrong += said.length;
}
console.log(`${process.argv.length - 2} drawings, ${wrong} warnings`);
process.exitCode = wrong ? 1 : 0;
