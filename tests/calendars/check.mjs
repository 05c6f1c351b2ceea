// Usage: node check.mjs PRINT-HOLIDAYS. Fails when the product's US holidays differ from those of an independent implementation.
import { execFileSync } from "node:child_process";
import { getHolidays } from "nyse-holidays";

const [first, last] = [1998, 2100];
const ours = execFileSync(process.argv[2], [String(first), String(last)], { encoding: "utf8" }).trim().split("\n");
const theirs = [];
for (let year = first; year <= last; ++year) {
  for (const { dateString } of getHolidays(year)) theirs.push(dateString);
}
const missing = theirs.filter((date) => !ours.includes(date));
const surplus = ours.filter((date) => !theirs.includes(date));
for (const date of missing) console.error(`${date} is a holiday of NYSE, but not here`);
for (const date of surplus) console.error(`${date} is a holiday here, but not of NYSE`);
console.log(`${ours.length} holidays from ${first} to ${last}, ${missing.length + surplus.length} differences`);
process.exit(missing.length + surplus.length === 0 ? 0 : 1);
