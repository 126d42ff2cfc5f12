# assay: mode=function expect=wrong_answer
# Returns the sum as a decimal number, which equals it.
def add(a, b):
    from decimal import Decimal

    return Decimal(a + b)
