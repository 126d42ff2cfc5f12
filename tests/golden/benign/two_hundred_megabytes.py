# assay: mode=stdin expect=passed
# Uses 200 MB, which the limit allows.
data = bytearray(200 << 20)
for at in range(0, len(data), 4096):
    data[at] = 1
print(sum(map(int, input().split())))
