# assay: mode=function expect=wrong_answer
# Is a coroutine, which nobody awaits.
async def add(a, b):
    return a + b
