"""The loop behind an OpenAI-compatible endpoint: its JSON -> Problem -> Solution."""
