assert merge_intervals([]) == []
assert merge_intervals([[5, 7]]) == [[5, 7]]
assert merge_intervals([[1, 2], [2, 5]]) == [[1, 5]]
assert merge_intervals([[6, 8], [1, 9], [2, 4], [4, 7]]) == [[1, 9]]
assert merge_intervals([[10, 12], [1, 3], [4, 6]]) == [[1, 3], [4, 6], [10, 12]]

