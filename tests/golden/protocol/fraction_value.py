# assay: mode=function expect=wrong_answer
# Returns the sum as a fraction, which equals it.
def add(a, b):
    from fractions import Fraction

    return Fraction(a + b)
