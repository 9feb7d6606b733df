// The sentences of dmn-js that a reader of a decision sees, named here so that they are collected into the catalogues.
import { t } from "./words.js";

export const tableWords = () => [
  t("When"),
  t("And"),
  t("Then"),
  t("Annotations"),
  t("Hit policy:"),
  t("Unique"),
  t("First"),
  t("Priority"),
  t("Any"),
  t("Collect"),
  t("Collect (Sum)"),
  t("Collect (Min)"),
  t("Collect (Max)"),
  t("Collect (Count)"),
  t("Rule order"),
  t("Output order"),
  t("View DRD"),
  t("Expression language:"),
  t("Variable name:"),
  t("Variable type:"),
  t("Decision name: "),
];
