# assay: mode=stdin expect=passed
# Writes the answer to the name of the device.
with open("/dev/stdout", "w") as out:
    out.write(f"{sum(map(int, input().split()))}\n")
