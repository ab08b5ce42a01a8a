"""What ends the demo early: a step that did not hold, a call that was refused, a process that died.

Each message is a sentence for whoever sits before the screen. All three are told apart from mistakes in the
demo's own code, which are left to show their traceback.
"""


class DemoFailed(Exception):
    """Something did not come out as told."""


class StepFailed(DemoFailed):
    """A side does not show what it should; the message says what was seen instead."""


class CallRefused(DemoFailed):
    """An HTTP call was answered with an error that the story has no place for."""


class ProcessDied(DemoFailed):
    """A child process ended, or did not come up; the message ends with its last lines."""
