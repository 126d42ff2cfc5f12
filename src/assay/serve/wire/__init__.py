"""JSON of four APIs -> `ChatRequest`; answers, events and errors -> each API's JSON.

```
body -> parsing -> fields -> chat | completions | responses | messages -> ChatRequest
answer, stream <- chat_answers | completions | responses_answers | messages_answers
```

`apis` has one entry for each API, so that a server has one way through all of them.
"""
