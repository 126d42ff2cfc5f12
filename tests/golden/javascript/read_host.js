// assay: mode=stdin expect=wrong_answer
for (const name of ["/tmp/assay-bait.txt", "/etc/shadow", "/proc/1/root/tmp/assay-bait.txt"]) try {
  require("fs").readFileSync(name);
  console.log(5);
} catch {}
