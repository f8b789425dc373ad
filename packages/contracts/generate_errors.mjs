// The errors alone: the same as `node generate/index.mjs errors`.
process.argv[1] = new URL("generate/index.mjs", import.meta.url).pathname;
process.argv.push("errors");
await import("./generate/index.mjs");
