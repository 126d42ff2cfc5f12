"""Text from a language model: any endpoint, the embedded engine, scripts, recordings.

Each backend is a file and satisfies `assay.types.Model`; the heavy ones are imported
where they are used, so that this package costs nothing.
"""
