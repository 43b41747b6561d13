"""When a child that died is started again, and when it is given up."""

from collections import deque

_FIRST_DELAY = 0.2
_LONGEST_DELAY = 5.0
_MINUTE = 60.0
_DEATHS_A_MINUTE = 5


class Restarts:
    """The deaths of one child; all times are seconds of one steady clock."""

    def __init__(self) -> None:
        self._deaths: deque[float] = deque(maxlen=_DEATHS_A_MINUTE)
        self._delay = _FIRST_DELAY

    def delay_after(self, *, started: float, died: float) -> float | None:
        """How long to wait before the next start; None when it has died too often to go on."""
        self._deaths.append(died)
        if len(self._deaths) == _DEATHS_A_MINUTE and died - self._deaths[0] < _MINUTE:
            return None
        if died - started >= _MINUTE:
            self._delay = _FIRST_DELAY
        delay = self._delay
        self._delay = min(2 * delay, _LONGEST_DELAY)
        return delay
