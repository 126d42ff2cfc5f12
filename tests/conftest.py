"""What pytest must not import: the hostile programs are data, and some end it."""

collect_ignore = ["golden"]
