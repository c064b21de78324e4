/** `npm run dev`: the demo page with the fake gateway, until Ctrl-C. */

process.argv[2] ??= "8081";
await import("./fake-gateway.mjs");
