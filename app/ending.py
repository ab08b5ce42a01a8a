"""That this process is about to end: told to work that goes on for long, which stops at the next good place.

What is left then is on disk, and another worker is called for it. What comes to no such place in the time that it gets
(`app.worker.process`) is cut off.
"""


class Ending:
    """One process's; it comes once and is never taken back."""

    def __init__(self) -> None:
        self._is_near = False

    @property
    def is_near(self) -> bool:
        """Whether nothing long should be begun any more."""
        return self._is_near

    def announce(self) -> None:
        """From now on it is near."""
        self._is_near = True
