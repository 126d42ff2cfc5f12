def to_roman(number: int) -> str:
    """Write a number from 1 to 3999 as a Roman numeral.

    >>> to_roman(1)
    'I'
    >>> to_roman(4)
    'IV'
    >>> to_roman(944)
    'CMXLIV'
    >>> to_roman(3999)
    'MMMCMXCIX'
    """
