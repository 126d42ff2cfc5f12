# assay: mode=stdin expect=passed
# Uses fractions, decimals, seeded random numbers and long integers.
import random
from decimal import Decimal
from fractions import Fraction

random.seed(1)
assert len(str(3**5000)) == 2386
a, b = input().split()
print(int(Fraction(a) + Fraction(int(Decimal(b)))))
