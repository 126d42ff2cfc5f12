// assay: mode=stdin expect=passed
import * as readline from "readline";
interface Pair { a: number; b: number }
const lines: readline.Interface = readline.createInterface({ input: process.stdin });
lines.on("line", (line: string) => {
  const [a, b] = line.split(" ").map(Number);
  const pair: Pair = { a, b };
  console.log(pair.a + pair.b);
});
