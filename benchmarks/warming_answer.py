"""A right answer to demo/warming.txt, for timing the judge."""

n = int(input())
temperatures = list(map(int, input().split()))
best, begin, start = 0, 1, 0
for day in range(n):
    if day and temperatures[day] <= temperatures[day - 1]:
        start = day
    if day - start + 1 > best:
        best, begin = day - start + 1, start + 1
print(best, begin)
