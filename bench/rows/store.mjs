// Durable writes at the store port, beside the bare sqlite3 library on the same tables and the same disk.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { interleave, median, ratioOf } from "../support/load.mjs";

const run = async (program, ...args) => Number((await promisify(execFile)(`build/bench/${program}`, args.map(String))).stdout);

export default async function store({ folder, seconds, rounds, row }) {
  const found = await interleave(rounds, {
    stock: () => run("stock_sqlite", join(folder(), "stock.db"), seconds),
    ours: () => run("store_port", folder(), 32, seconds),
  });
  row("durable session creations/s, 32 threads", Math.round(median(found.ours)), `sqlite3 ${Math.round(median(found.stock))}`, ratioOf(found.ours, found.stock), ">= 2");
}
