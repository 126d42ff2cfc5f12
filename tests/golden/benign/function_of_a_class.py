# assay: mode=function expect=passed
# The function is a method of the only class.
class Solution:
    def add(self, a: int, b: int) -> int:
        return a + b
