# assay: mode=stdin expect=passed
# Runs only as the main program, as many solutions are written.
def main() -> None:
    a, b = map(int, input().split())
    print(a + b)


if __name__ == "__main__":
    main()
