import { gathered } from "./gathered";
import shared from "./zh.json";

export const words = gathered(
  shared,
  import.meta.glob("../features/**/zh.json", { eager: true, import: "default" }),
  import.meta.glob("./rooms/*.json", { eager: true, import: "default" }),
  "zh",
);
