// What a process holds, as Linux tells it.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

export const openFiles = (pid) => readdirSync(`/proc/${pid}/fd`).length;
const status = (pid, name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
/** Resident memory in MiB, and the most it ever was. */
export const residentMemory = (pid) => status(pid, "VmRSS");
export const peakMemory = (pid) => status(pid, "VmHWM");
/** A sanitizer keeps freed memory, so its sizes say nothing. */
export const isSanitized = (pid) => /libasan|libtsan/.test(readFileSync(`/proc/${pid}/maps`, "utf8"));
/** Lets this process (and what it starts from now on) open so many files. */
export const mayOpen = (files) => execFileSync("prlimit", ["--pid", String(process.pid), `--nofile=${files}:`]);
