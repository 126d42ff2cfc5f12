// assay: mode=stdin expect=passed
const { Worker } = require("worker_threads");
const [a, b] = require("fs").readFileSync("/dev/stdin", "utf8").split(" ").map(Number);
const code = "const w = require('worker_threads'); w.parentPort.postMessage(w.workerData[0] + w.workerData[1])";
new Worker(code, { eval: true, workerData: [a, b] }).on("message", (sum) => console.log(sum));
