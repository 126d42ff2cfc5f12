# assay: mode=stdin expect=passed
# Maps its input into memory instead of reading it.
import mmap

with mmap.mmap(0, 0, access=mmap.ACCESS_READ) as given:
    print(sum(map(int, given[:].split())))
