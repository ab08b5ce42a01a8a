"""What a playback came to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Played:
    """`answered` counts answers of 200 to 299, `refused` the other ones, `broken` connections and time-outs."""

    answered: int
    refused: int
    broken: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return self.answered / self.seconds
