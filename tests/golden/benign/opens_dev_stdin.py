# assay: mode=stdin expect=passed
# Reads its input by the name of the device.
with open("/dev/stdin") as given:
    print(sum(map(int, given.read().split())))
