export * from "./guards";
export * from "./messages";
