"""Published datasets -> tasks: one file a format, read without running anything."""

from assay.bench.datasets.dataset import Dataset
from assay.bench.datasets.opening import open_dataset

__all__ = ["Dataset", "open_dataset"]
