"""What a link that a person set aside remembers of that; the same for links of every kind."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column


class Skippable:
    """Set aside since `skipped_at`, by whom and why; null while it is not. The API owns these columns alone.

    They are a wish: the loop reads them, and while they stand it neither plans, nor tells, nor writes anything.
    """

    skipped_at: Mapped[datetime | None] = mapped_column()
    skipped_by: Mapped[str | None] = mapped_column()
    skip_note: Mapped[str | None] = mapped_column()
