// assay: mode=stdin expect=passed
const fs = require("fs");
const name: string = fs.readFileSync(0, "utf8");
class Adder<T extends number> { constructor(private readonly all: T[]) {} sum(): number { return this.all.reduce((a: number, b) => a + b, 0); } }
console.log(new Adder(name.trim().split(/\s+/).map(Number)).sum());
