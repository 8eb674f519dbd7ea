"""PURE: how long to wait before the next try."""

FIRST_S = 1.0
CAP_S = 300.0
JITTER = 0.2


def delay_s(attempt: int, chance: float) -> float:
    """Seconds before try number `attempt` (1, 2, …): doubled each time up to a cap, spread by `chance` in [0, 1)."""
    steady = min(FIRST_S * 2 ** min(attempt - 1, 30), CAP_S)
    return float(steady * (1 + JITTER * (2 * chance - 1)))
