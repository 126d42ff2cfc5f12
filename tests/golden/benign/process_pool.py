# assay: mode=stdin expect=passed landlock=runtime_error,security_violation
# Shares the work among forked processes.
import multiprocessing


def same(x: int) -> int:
    return x


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(sum(pool.map(same, map(int, input().split()))))
