# assay: mode=stdin expect=passed
# Pickles an object of a class of the main program and loads it again.
import dataclasses
import pickle


@dataclasses.dataclass
class Pair:
    a: int
    b: int


pair = pickle.loads(pickle.dumps(Pair(*map(int, input().split()))))
print(pair.a + pair.b)
