"""What cannot be done with saved views."""

from chassis.problems import DomainError

MOST = 100
"""How many views one person may keep of one page."""


class ViewNameTaken(DomainError):
    def __init__(self, page: str, name: str) -> None:
        super().__init__(f"name: {name!r} is already that of a view of the page {page}; expected another one")


class TooManyViews(DomainError):
    def __init__(self, page: str) -> None:
        super().__init__(f"The page {page} has {MOST} views, which is the most; delete one first.")
