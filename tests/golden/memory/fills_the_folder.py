# assay: mode=stdin expect=runtime_error
# Fills its folder until there is no more room.
n = 0
while True:
    with open(f"f{n}", "wb") as file:
        file.write(bytes(1 << 20))
    n += 1
