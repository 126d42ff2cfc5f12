"""A finished solve or run -> self-contained HTML. Sees typed values only."""

from assay.report.run_page import run_page
from assay.report.solve_page import solve_page

__all__ = ["run_page", "solve_page"]
