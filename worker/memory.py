"""What the worker and everything it started take of the machine's memory."""
import psutil


def memory_mib() -> int:
    """Proportional set size of this process and all below it, in MiB: shared pages are counted once."""
    own = psutil.Process()
    return round(sum(map(_pss, [own, *own.children(recursive=True)])) / 2**20)


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0
